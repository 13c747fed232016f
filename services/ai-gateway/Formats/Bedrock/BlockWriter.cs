using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Writes content blocks (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html). One for each request.</summary>
internal sealed class BlockWriter(ConvertedCall call, BedrockModel model, Utf8JsonWriter json)
{
    private readonly MediaWriter _media = new(call, json);

    public void Write(Part part)
    {
        // Blank text is refused, and says nothing.
        if (part is TextPart { Text: var words } && string.IsNullOrWhiteSpace(words))
            return;
        json.WriteStartObject();
        WriteBody(part);
        json.WriteEndObject();

        // A point inside a result cannot be said; where the result ends is the nearest place.
        var within = (part as ToolResultPart)?.Content.FindLast(static inner => inner.Cache is not null)?.Cache;
        if (within is not null)
            call.Notes.Change("cache_control");
        if ((part.Cache ?? within) is { } cache)
            WriteCache(cache);
    }

    public static void WriteCachePoint(Utf8JsonWriter json, CachePoint cache)
    {
        json.WriteStartObject();
        json.WriteStartObject("cachePoint"u8);
        json.WriteString("type"u8, "default"u8);
        json.Optional("ttl"u8, cache.Ttl);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteCache(CachePoint cache)
    {
        if (!model.Caches)
        {
            call.Notes.Drop("cache_control");
            return;
        }

        if (!model.IsClaude && cache.Ttl is not (null or "5m"))
            call.Notes.Change("cache_control.ttl");
        WriteCachePoint(json, model.IsClaude ? cache : new CachePoint(null));
    }

    private void WriteBody(Part part)
    {
        switch (part)
        {
            case TextPart text:
                if (text.Citations.Count > 0)
                    call.Notes.Drop("citations");
                json.WriteString("text"u8, text.Text);
                break;
            case RefusalPart refusal:
                json.WriteString("text"u8, refusal.Text);
                break;
            case ImagePart image:
                _media.WriteImage(image);
                break;
            case FilePart file:
                _media.WriteDocument(file);
                break;
            case AudioPart audio:
                _media.WriteAudio(audio);
                break;
            case ThinkingPart thinking:
                WriteThinking(thinking);
                break;
            case HiddenThinkingPart hidden:
                json.WriteStartObject("reasoningContent"u8);
                json.WriteString("redactedContent"u8, hidden.Data.Value);
                json.WriteEndObject();
                break;
            case ToolCallPart made:
                WriteCall(made);
                break;
            case ToolResultPart result:
                WriteResult(result);
                break;
            default:
                throw new ConversionException($"A part of type {part.GetType().Name} cannot go to this model.", "messages");
        }
    }

    private void WriteThinking(ThinkingPart thinking)
    {
        json.WriteStartObject("reasoningContent"u8);
        json.WriteStartObject("reasoningText"u8);
        json.WriteString("text"u8, thinking.Text);
        json.Optional("signature"u8, thinking.Signature?.Value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteCall(ToolCallPart made)
    {
        json.WriteStartObject("toolUse"u8);
        json.WriteString("toolUseId"u8, CallIds.ToUpstream(made.Id, model));
        json.WriteString("name"u8, call.ToolNames.ToUpstream(made.Namespace, made.Name));
        if (!JsonArguments.TryWrite(json, "input"u8, made.Arguments))
        {
            // What a model got wrong is shown to it as it was.
            call.Notes.Change("tool_calls.arguments");
            json.WriteStartObject("input"u8);
            json.WriteString("arguments"u8, made.Arguments);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteResult(ToolResultPart result)
    {
        json.WriteStartObject("toolResult"u8);
        json.WriteString("toolUseId"u8, CallIds.ToUpstream(result.CallId, model));
        json.WriteStartArray("content"u8);
        foreach (var part in result.Content)
        {
            if (part is AudioPart)
                throw new ConversionException("A tool result for this model cannot hold audio.", "messages");
            Write(part with { Cache = null });
        }

        json.WriteEndArray();
        if (result.IsError && (model.IsClaude || model.IsNova))
            json.WriteString("status"u8, "error"u8);
        else if (result.IsError)
            call.Notes.Drop("tool_result.is_error");
        json.WriteEndObject();
    }
}
