using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Writes the content of turns. One request; counts its cache points.</summary>
internal sealed class BlockWriter(ConvertedCall call)
{
    private const int MostCachePoints = 4;

    private int _cachePoints;

    public void WriteTurn(Utf8JsonWriter json, Turn turn, bool isLast)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, turn.IsUser ? "user"u8 : "assistant"u8);
        if (turn.Parts is [TextPart { Cache: null, Citations.Count: 0 } only])
        {
            json.WriteString("content"u8, isLast && !turn.IsUser ? only.Text.TrimEnd() : only.Text);
        }
        else
        {
            json.WriteStartArray("content"u8);
            foreach (var part in turn.Parts)
                Write(json, part, isAssistant: !turn.IsUser);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public void WriteText(Utf8JsonWriter json, TextPart part, bool isAssistant)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, part.Text);
        if (isAssistant && part.Citations.Count > 0)
        {
            json.WriteStartArray("citations"u8);
            foreach (var citation in part.Citations)
            {
                if (!CitationJson.TryWrite(json, citation))
                    call.Notes.Drop("citations");
            }

            json.WriteEndArray();
        }

        WriteCache(json, part.Cache);
        json.WriteEndObject();
    }

    public void WriteCache(Utf8JsonWriter json, CachePoint? cache)
    {
        if (cache is null)
            return;
        if (++_cachePoints > MostCachePoints)
        {
            call.Notes.Drop("cache_control");
            return;
        }

        json.WriteStartObject("cache_control"u8);
        json.WriteString("type"u8, "ephemeral"u8);
        json.Optional("ttl"u8, cache.Ttl);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, Part part, bool isAssistant)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(json, text, isAssistant);
                break;
            case RefusalPart refusal:
                WriteText(json, new TextPart(refusal.Text), isAssistant: false);
                break;
            case ToolCallPart toolCall:
                WriteToolUse(json, toolCall);
                break;
            case ToolResultPart result:
                WriteToolResult(json, result);
                break;
            case ThinkingPart thinking:
                WriteThinking(json, thinking);
                break;
            case HiddenThinkingPart hidden:
                json.WriteStartObject();
                json.WriteString("type"u8, "redacted_thinking"u8);
                json.WriteString("data"u8, hidden.Data.Value);
                json.WriteEndObject();
                break;
            case ImagePart image:
                MediaWriter.WriteImage(json, image, this, call.Notes);
                break;
            case FilePart { Media.MediaType: { } type } picture when type.StartsWith("image/", StringComparison.Ordinal):
                MediaWriter.WriteImage(json, new ImagePart(picture.Media) { Cache = picture.Cache }, this, call.Notes);
                break;
            case FilePart file:
                MediaWriter.WriteFile(json, file, this);
                break;
            default:
                throw new ConversionException("This model's provider takes no audio.", "messages");
        }
    }

    /// <summary>Turns hold only such as Claude has signed.</summary>
    private static void WriteThinking(Utf8JsonWriter json, ThinkingPart thinking)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteString("thinking"u8, thinking.Text);
        json.WriteString("signature"u8, thinking.Signature!.Value);
        json.WriteEndObject();
    }

    private void WriteToolUse(Utf8JsonWriter json, ToolCallPart toolCall)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, IdOf(toolCall.Id));
        json.WriteString("name"u8, call.ToolNames.ToUpstream(toolCall.Namespace, toolCall.Name, ToolWriter.LongestName));
        json.WritePropertyName("input"u8);
        if (!ToolInput.Write(json, toolCall.Arguments))
            call.Notes.Change("tool_calls.arguments");
        if (toolCall.Signature is not null)
            call.Notes.Drop("tool_calls.signature"); // Another provider's.
        WriteCache(json, toolCall.Cache);
        json.WriteEndObject();
    }

    private void WriteToolResult(Utf8JsonWriter json, ToolResultPart result)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, IdOf(result.CallId));
        if (result.Content is [TextPart { Cache: null } only])
        {
            json.WriteString("content"u8, only.Text);
        }
        else if (result.Content.Count > 0)
        {
            json.WriteStartArray("content"u8);
            foreach (var part in result.Content.Where(static part => part is not TextPart { Text: "" }))
                Write(json, part, isAssistant: false);
            json.WriteEndArray();
        }

        if (result.IsError)
            json.WriteBoolean("is_error"u8, true);
        WriteCache(json, result.Cache);
        json.WriteEndObject();
    }

    /// <summary>Ids of calls are made of letters, digits, underscores and hyphens; others become such, the same each time.</summary>
    private static string IdOf(string id)
    {
        var isFine = id.Length > 0;
        foreach (var c in id)
            isFine &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
        return isFine ? id : "toolu_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 12));
    }
}
