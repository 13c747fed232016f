using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>What is known of a block of a streamed answer until it ends.</summary>
internal sealed class StreamBlock(BlockKind kind, OutputItem item)
{
    public BlockKind Kind { get; } = kind;

    public OutputItem Item { get; } = item;

    /// <summary>The place of a text among its message's contents.</summary>
    public int ContentIndex { get; init; }

    /// <summary>Id and name of a tool call.</summary>
    public ToolCallPart? Call { get; init; }

    public bool IsFreeform { get; init; }

    public StringBuilder Text { get; } = new();

    public Signature? Signature { get; set; }

    public List<Citation> Citations { get; } = [];

    public List<JsonElement> Logprobs { get; } = [];
}

/// <summary>The message that texts of a streamed answer go to.</summary>
internal sealed class OpenMessage(OutputItem item)
{
    public OutputItem Item { get; } = item;

    public int Contents { get; set; }

    public int OpenContents { get; set; }

    /// <summary>The contents so far, in their order.</summary>
    public List<StreamBlock> Blocks { get; } = [];
}
