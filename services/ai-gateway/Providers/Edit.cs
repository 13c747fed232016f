using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>One replacement in the client's bytes: what stands at <paramref name="At"/> (nothing, for an insertion) becomes <paramref name="With"/>.</summary>
internal readonly record struct Edit(Piece At, ReadOnlyMemory<byte> With);
