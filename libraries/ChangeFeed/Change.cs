namespace ThinkWatch.Changes;

/// <summary>One row of a schema's <c>changes</c> table.</summary>
public sealed record Change(long Sequence, string Kind, ReadOnlyMemory<byte> Payload);

/// <summary>
/// What a reader gets at least every 200 ms: the changes since its last batch, none in a heartbeat. A batch is proof that the database was read
/// just now. <see cref="Reset"/>: changes were missed that are no longer kept; drop everything that was derived from them.
/// </summary>
public sealed record ChangeBatch(long Sequence, IReadOnlyList<Change> Changes, bool Reset);
