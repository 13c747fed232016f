using System.Text.Json;
using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Restores the placeholders in the texts of one document.</summary>
internal sealed class RestoreVisitor(PlaceholderRestorer restorer) : ITextVisitor
{
    private readonly List<RawEdit> _edits = [];

    /// <summary>Writes the document as its client must see it; false, and nothing written, when that is as it is.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static bool Restore(ReadOnlySpan<byte> json, TextShape? shape, PlaceholderRestorer restorer, PooledBuffer output)
    {
        if (shape is null || !restorer.MayBeIn(json))
            return false;
        var visitor = new RestoreVisitor(restorer);
        TextWalk.Run(json, shape, visitor);
        if (visitor._edits.Count == 0)
            return false;
        RawEdits.Apply(json, visitor._edits, output);
        return true;
    }

    public void Visit(ref Utf8JsonReader reader, in TextPlace place)
    {
        if (place.Shape.Kind == TextKind.Sequence || !restorer.MayBeIn(reader.ValueSpan))
            return;
        using var restored = new PooledBuffer();
        if (restorer.Restore(reader.ValueSpan, place.Shape.IsNested, restored))
            _edits.Add(new RawEdit((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, restored.WrittenSpan.ToArray()));
    }
}
