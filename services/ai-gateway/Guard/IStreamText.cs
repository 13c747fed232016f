using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Makes another text of the texts of a stream, wherever they are cut. Texts are the insides of JSON strings.</summary>
internal interface IStreamText
{
    /// <summary>How much of a text no more text can change; what is behind it waits.</summary>
    int CertainUpTo(ReadOnlySpan<byte> raw);

    /// <summary>Writes the new text; false, and nothing written, when it stays as it is.</summary>
    /// <param name="repeated">Its pieces have been rewritten before: nothing in it is news.</param>
    bool Rewrite(ReadOnlySpan<byte> raw, bool nested, bool repeated, PooledBuffer output);
}
