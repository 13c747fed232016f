using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>The answer as named events, <c>message_start</c> to <c>message_stop</c>.</summary>
internal sealed class AnthropicStream(Answer answer, EventBuffer events)
{
    private readonly UsagePlace _place = answer.Behaviour.UsagePlace;

    public IEnumerable<bool> Write()
    {
        WriteMessageStart();
        yield return false;
        events.Begin("ping");
        events.End();
        yield return false;
        var index = 0;
        foreach (var block in answer.Blocks)
        {
            WriteBlockStart(block, index);
            yield return false;
            foreach (var (type, name, text) in DeltasOf(block))
            {
                WriteDelta(index, type, name, text);
                yield return true;
            }

            events.Begin("content_block_stop").WriteNumber("index", index++);
            events.End();
            yield return false;
        }

        WriteMessageDelta();
        yield return false;
        events.Begin("message_stop");
        events.End();
        yield return false;
    }

    private static IEnumerable<(string Type, string Name, string Text)> DeltasOf(Block block)
    {
        if (block is ThinkingBlock { Redacted: true })
            yield break;
        var (type, name) = block switch
        {
            ThinkingBlock => ("thinking_delta", "thinking"),
            ToolBlock => ("input_json_delta", "partial_json"),
            _ => ("text_delta", "text"),
        };

        // The real API sends an empty fragment before the first one of a tool's input.
        if (block is ToolBlock)
            yield return (type, name, "");
        foreach (var piece in block is ThinkingBlock { Visible: false } ? [] : block.Pieces)
            yield return (type, name, piece);
        if (block is ThinkingBlock thinking)
            yield return ("signature_delta", "signature", Seal.Sign(AnthropicBlocks.Thinking, AnthropicJson.Shown(thinking)));
    }

    private void WriteMessageStart()
    {
        var json = events.Begin("message_start");
        json.WriteStartObject("message");
        AnthropicJson.WriteHead(json, answer);
        json.WriteStartArray("content");
        json.WriteEndArray();
        json.WriteNull("stop_reason");
        json.WriteNull("stop_sequence");
        json.WriteNull("stop_details");
        if (answer.ReportsUsage)
            AnthropicJson.WriteUsage(json, answer.Usage, input: _place != UsagePlace.WithChoices, _place == UsagePlace.First ? answer.Usage.Output : 1);
        json.WriteEndObject();
        events.End();
    }

    private void WriteBlockStart(Block block, int index)
    {
        var json = events.Begin("content_block_start");
        json.WriteNumber("index", index);
        json.WriteStartObject("content_block");
        switch (block)
        {
            case ThinkingBlock { Redacted: true }:
                json.WriteString("type", "redacted_thinking");
                json.WriteString("data", Seal.Close(AnthropicBlocks.Redacted, block.Whole));
                break;
            case ThinkingBlock:
                json.WriteString("type", "thinking");
                json.WriteString("thinking", "");
                json.WriteString("signature", "");
                break;
            case ToolBlock call:
                json.WriteString("type", "tool_use");
                json.WriteString("id", AnthropicJson.ToolUseId(answer, call));
                json.WriteString("name", call.Tool.Name);
                json.WriteStartObject("input");
                json.WriteEndObject();
                break;
            default:
                json.WriteString("type", "text");
                json.WriteString("text", "");
                break;
        }

        json.WriteEndObject();
        events.End();
    }

    private void WriteDelta(int index, string type, string name, string text)
    {
        var json = events.Begin("content_block_delta");
        json.WriteNumber("index", index);
        json.WriteStartObject("delta");
        json.WriteString("type", type);
        json.WriteString(name, text);
        json.WriteEndObject();
        events.End();
    }

    private void WriteMessageDelta()
    {
        var json = events.Begin("message_delta");
        json.WriteStartObject("delta");
        AnthropicJson.WriteStop(json, answer);
        json.WriteNull("container");
        json.WriteEndObject();
        if (answer.ReportsUsage && _place != UsagePlace.First)
        {
            json.WriteStartObject("usage");
            if (_place == UsagePlace.WithChoices)
            {
                json.WriteNumber("input_tokens", answer.Usage.Fresh);
                json.WriteNumber("cache_creation_input_tokens", answer.Usage.CacheWrite);
                json.WriteNumber("cache_read_input_tokens", answer.Usage.CacheRead);
            }

            json.WriteNumber("output_tokens", answer.Usage.Output);
            json.WriteEndObject();
        }

        events.End();
    }
}
