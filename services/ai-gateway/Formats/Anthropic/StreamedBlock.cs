using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>One block of a streamed answer, from its start to its end.</summary>
internal sealed class StreamedBlock(int number, BlockKind kind, ToolCallPart? call)
{
    public const int Closed = -1;

    public int Number { get; } = number;

    public BlockKind Kind { get; } = kind;

    public ToolCallPart? Call { get; } = call;

    /// <summary>Anthropic's number while the block is open.</summary>
    public int Index { get; set; } = Closed;

    public bool IsOpen => Index != Closed;

    /// <summary>The beginning of a call's arguments, while the call has not begun.</summary>
    public string? Held { get; set; }

    public Signature? Signature { get; set; }

    /// <summary>The signature came when the call had begun.</summary>
    public bool IsSignedLate { get; set; }
}
