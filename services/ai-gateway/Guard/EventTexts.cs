using System.Text.Json;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Which texts an event brings to their end.</summary>
internal enum TextEnd
{
    None,

    /// <summary>Those that stand under the same index.</summary>
    SameGroup,

    All,
}

/// <summary>What an event of a stream holds.</summary>
/// <param name="Shape">Where its texts are; null when it has none.</param>
/// <param name="Group">The choice, block or item that it belongs to; negative when to none.</param>
internal readonly record struct EventText(TextShape? Shape, long Group, TextEnd Ends);

/// <summary>Knows where the events of one format have their texts. Stateless.</summary>
internal abstract class EventTexts
{
    private static readonly EventTexts s_chat = new ChatEventTexts();
    private static readonly EventTexts s_anthropic = new AnthropicEventTexts();
    private static readonly EventTexts s_responses = new ResponsesEventTexts();

    /// <summary>Null: the format has no streams.</summary>
    public static EventTexts? Of(WireFormat format) => format switch
    {
        WireFormat.OpenAiChat => s_chat,
        WireFormat.AnthropicMessages => s_anthropic,
        WireFormat.OpenAiResponses => s_responses,
        _ => null,
    };

    /// <summary>Events carry a <c>sequence_number</c>.</summary>
    public virtual bool AreNumbered => false;

    /// <summary>Where an event has a piece of a thought; null when it has none.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public abstract TextShape? ThoughtsIn(ReadOnlySpan<byte> data);

    /// <exception cref="JsonException">It is not JSON.</exception>
    public abstract EventText Read(ReadOnlySpan<byte> data);

    /// <summary>Finds members of the root: a text's reader for one, a number for the other.</summary>
    protected static void ReadRoot(ReadOnlySpan<byte> data, ReadOnlySpan<byte> indexName, out Utf8JsonReader type, out long index)
    {
        type = default;
        index = -1;
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isIndex = reader.ValueTextEquals(indexName);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
                type = reader;
            else if (isIndex && reader.TokenType == JsonTokenType.Number)
                _ = reader.TryGetInt64(out index);
            reader.Skip();
        }
    }
}
