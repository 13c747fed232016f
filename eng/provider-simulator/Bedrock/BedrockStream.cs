using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>
/// The answer as binary frames, <c>messageStart</c> to <c>metadata</c>. Only a tool use has a block start. The padding <c>p</c> is the real API's: it hides the
/// length of a fragment.
/// </summary>
internal sealed class BedrockStream(Answer answer, EventBuffer events)
{
    private readonly EventFrame _frame = new();
    private readonly UsagePlace _place = answer.Behaviour.UsagePlace;

    public IEnumerable<bool> Write()
    {
        var json = _frame.Begin();
        json.WriteString("p", "abcdefgh");
        json.WriteString("role", "assistant");
        _frame.End(events, "messageStart");
        yield return false;
        if (_place is UsagePlace.First or UsagePlace.Split && WriteMetadata(output: _place == UsagePlace.First))
            yield return false;
        var index = 0;
        foreach (var block in answer.Blocks)
        {
            if (block is ToolBlock call)
            {
                WriteToolStart(call, index);
                yield return false;
            }

            foreach (var delta in DeltasOf(block))
            {
                WriteDelta(index, delta);
                yield return true;
            }

            _frame.Begin().WriteNumber("contentBlockIndex", index++);
            _frame.End(events, "contentBlockStop");
            yield return false;
        }

        if (_place == UsagePlace.WithChoices && WriteMetadata())
            yield return false;
        _frame.Begin().WriteString("stopReason", BedrockJson.StopReason(answer));
        _frame.End(events, "messageStop");
        yield return false;
        if (_place is UsagePlace.Usual or UsagePlace.Split && WriteMetadata(input: _place == UsagePlace.Usual))
            yield return false;
    }

    private static IEnumerable<Action<Utf8JsonWriter>> DeltasOf(Block block)
    {
        if (block is ThinkingBlock { Redacted: true })
        {
            yield return json => WriteReasoning(json, "redactedContent", Seal.Close(BedrockBlocks.Redacted, block.Whole));
            yield break;
        }

        foreach (var piece in block.Pieces)
        {
            yield return block switch
            {
                ThinkingBlock => json => WriteReasoning(json, "text", piece),
                ToolBlock => json => WriteInput(json, piece),
                _ => json => json.WriteString("text", piece),
            };
        }

        if (block is ThinkingBlock)
            yield return json => WriteReasoning(json, "signature", Seal.Sign(BedrockBlocks.Reasoning, block.Whole));
    }

    private static void WriteReasoning(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject("reasoningContent");
        json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, string piece)
    {
        json.WriteStartObject("toolUse");
        json.WriteString("input", piece);
        json.WriteEndObject();
    }

    private void WriteToolStart(ToolBlock call, int index)
    {
        var json = _frame.Begin();
        json.WriteNumber("contentBlockIndex", index);
        json.WriteString("p", "abc");
        json.WriteStartObject("start");
        json.WriteStartObject("toolUse");
        json.WriteString("name", call.Tool.Name);
        json.WriteString("toolUseId", BedrockJson.ToolUseId(answer, call));
        json.WriteEndObject();
        json.WriteEndObject();
        _frame.End(events, "contentBlockStart");
    }

    private void WriteDelta(int index, Action<Utf8JsonWriter> delta)
    {
        var json = _frame.Begin();
        json.WriteNumber("contentBlockIndex", index);
        json.WriteStartObject("delta");
        delta(json);
        json.WriteEndObject();
        json.WriteString("p", "abcd");
        _frame.End(events, "contentBlockDelta");
    }

    private bool WriteMetadata(bool input = true, bool output = true)
    {
        var json = _frame.Begin();
        BedrockJson.WriteMetrics(json);
        json.WriteString("p", "abcdef");
        if (answer.ReportsUsage)
            BedrockJson.WriteUsage(json, answer.Usage, input, output);
        _frame.End(events, "metadata");
        return true;
    }
}
