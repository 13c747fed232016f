using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Other bytes for a piece of a document.</summary>
internal readonly record struct RawEdit(int Start, int Length, byte[] Bytes);

internal static class RawEdits
{
    /// <summary>Writes the document with its edits, which are in its order.</summary>
    public static void Apply(ReadOnlySpan<byte> document, List<RawEdit> edits, PooledBuffer output)
    {
        var done = 0;
        foreach (var edit in edits)
        {
            output.Append(document[done..edit.Start]);
            output.Append(edit.Bytes);
            done = edit.Start + edit.Length;
        }

        output.Append(document[done..]);
    }
}
