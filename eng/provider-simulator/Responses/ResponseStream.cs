using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>The answer as typed events with a <c>sequence_number</c>, <c>response.created</c> to <c>response.completed</c> or <c>response.incomplete</c>.</summary>
internal sealed class ResponseStream(Answer answer, EventBuffer events)
{
    private int _sequence;
    private int _output;
    private Block? _block;

    public IEnumerable<bool> Write()
    {
        var place = answer.Behaviour.UsagePlace;
        foreach (var type in (string[])["response.created", "response.in_progress"])
        {
            WriteResponse(type, "in_progress", output: false);
            yield return false;
        }

        if (answer.ReportsUsage && place is UsagePlace.First or UsagePlace.Split)
        {
            var json = Begin("response.in_progress");
            json.WriteStartObject("response");
            ResponseJson.WriteUsage(json, answer.Usage, output: place == UsagePlace.First);
            json.WriteEndObject();
            events.End();
            yield return false;
        }

        foreach (var block in answer.Blocks)
        {
            _block = block;
            WriteItem("response.output_item.added", done: false);
            yield return false;
            foreach (var content in Content(block))
                yield return content;
            WriteItem("response.output_item.done", done: true);
            yield return false;
            _output++;
        }

        var status = ResponseJson.Status(answer);
        WriteResponse("response." + status, status, output: true, usage: place != UsagePlace.First);
        yield return false;
    }

    private IEnumerable<bool> Content(Block block)
    {
        if (block is ThinkingBlock { Visible: false } or ThinkingBlock { Redacted: true })
            yield break;
        var (kind, part) = block switch
        {
            ThinkingBlock => ("response.reasoning_summary_text", "response.reasoning_summary_part"),
            ToolBlock => ("response.function_call_arguments", null),
            RefusalBlock => ("response.refusal", "response.content_part"),
            _ => ("response.output_text", "response.content_part"),
        };
        if (part is not null)
        {
            WritePart(part + ".added", "");
            yield return false;
        }

        foreach (var piece in block.Pieces)
        {
            WriteDelta(kind, piece);
            yield return true;
        }

        WriteDone(kind);
        yield return false;
        if (part is not null)
        {
            WritePart(part + ".done", block.Whole);
            yield return false;
        }
    }

    private void WriteDelta(string kind, string piece)
    {
        var json = BeginContent(kind + ".delta");
        json.WriteString("delta", piece);
        WriteLogprobs(json);
        json.WriteString("obfuscation", "abcd");
        events.End();
    }

    private void WriteDone(string kind)
    {
        var json = BeginContent(kind + ".done");
        json.WriteString(_block switch
        {
            ToolBlock => "arguments",
            RefusalBlock => "refusal",
            _ => "text",
        }, _block!.Whole);
        if (_block is ToolBlock call)
            json.WriteString("name", call.Tool.Name);
        WriteLogprobs(json);
        events.End();
    }

    private void WriteLogprobs(Utf8JsonWriter json)
    {
        if (_block is not TextBlock)
            return;
        json.WriteStartArray("logprobs");
        json.WriteEndArray();
    }

    private void WritePart(string type, string text)
    {
        var json = BeginContent(type);
        json.WritePropertyName("part");
        if (_block is ThinkingBlock)
            ResponseJson.WriteSummaryText(json, text);
        else
            ResponseJson.WritePart(json, _block!, text);
        events.End();
    }

    private void WriteItem(string type, bool done)
    {
        var json = Begin(type);
        json.WriteNumber("output_index", _output);
        json.WritePropertyName("item");
        ResponseJson.WriteItem(json, answer, _block!, done);
        events.End();
    }

    private void WriteResponse(string type, string status, bool output, bool usage = true)
    {
        var json = Begin(type);
        json.WritePropertyName("response");
        ResponseJson.Write(json, answer, status, output, usage);
        events.End();
    }

    private Utf8JsonWriter BeginContent(string type)
    {
        var json = Begin(type);
        json.WriteString("item_id", ResponseJson.ItemId(answer, _block!));
        json.WriteNumber("output_index", _output);
        if (_block is ThinkingBlock)
            json.WriteNumber("summary_index", 0);
        else if (_block is not ToolBlock)
            json.WriteNumber("content_index", 0);
        return json;
    }

    private Utf8JsonWriter Begin(string type)
    {
        var json = events.Begin(type);
        json.WriteNumber("sequence_number", _sequence++);
        return json;
    }
}
