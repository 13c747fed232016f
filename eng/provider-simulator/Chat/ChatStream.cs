using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>The answer as server-sent <c>chat.completion.chunk</c> events, ended by <c>[DONE]</c>.</summary>
internal sealed class ChatStream(Answer answer, EventBuffer events, bool filters)
{
    private readonly bool _usage = answer.Prompt.IncludeUsage && answer.ReportsUsage;
    private readonly UsagePlace _place = answer.Behaviour.UsagePlace;
    private readonly string _id = "chatcmpl-" + answer.Id;
    private bool _first = true;
    private int _choice;

    public IEnumerable<bool> Write()
    {
        if (filters)
        {
            WritePromptFilters();
            yield return false;
        }

        for (_choice = 0; _choice < answer.Prompt.Choices; _choice++)
        {
            Write("", static (json, _) =>
            {
                json.WriteString("role", "assistant");
                json.WriteString("content", "");
                json.WriteNull("refusal");
            });
            yield return false;
            foreach (var content in Blocks())
                yield return content;
            Write("", static (_, _) => { }, ChatJson.FinishReason(answer));
        }

        // What ends a stream comes in one piece, as it mostly does.
        if (_usage && _place is UsagePlace.Usual or UsagePlace.Split)
            WriteUsage();
        events.Raw("data: [DONE]\n\n"u8);
        yield return false;
    }

    private IEnumerable<bool> Blocks()
    {
        var call = -1;
        foreach (var block in answer.Blocks)
        {
            if (block is ThinkingBlock && !ChatJson.ShowsThinking(answer))
                continue;
            if (block is ToolBlock tool)
            {
                call++;
                WriteCallStart(tool, call);
                yield return false;
            }

            var delta = DeltaOf(block, call);
            foreach (var piece in block.Pieces)
            {
                Write(piece, delta, content: block is TextBlock);
                yield return true;
            }
        }
    }

    private static Action<Utf8JsonWriter, string> DeltaOf(Block block, int call) => block switch
    {
        ToolBlock => (json, piece) => WriteArguments(json, call, piece),
        ThinkingBlock => static (json, piece) => json.WriteString("reasoning_content", piece),
        RefusalBlock => static (json, piece) => json.WriteString("refusal", piece),
        _ => static (json, piece) => json.WriteString("content", piece),
    };

    private static void WriteArguments(Utf8JsonWriter json, int call, string piece)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", call);
        json.WriteStartObject("function");
        json.WriteString("arguments", piece);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteCallStart(ToolBlock tool, int call) => Write("", (json, _) =>
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", call);
        json.WriteString("id", ChatJson.CallId(answer, tool));
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", tool.Tool.Name);
        json.WriteString("arguments", "");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private void WriteUsage()
    {
        var json = Begin();
        json.WriteStartArray("choices");
        json.WriteEndArray();
        ChatJson.WriteUsage(json, answer.Usage, input: _place != UsagePlace.Split);
        events.End();
    }

    /// <summary>Azure's first chunk: no choice, only what the filter made of the prompt.</summary>
    private void WritePromptFilters()
    {
        var json = Begin();
        json.WriteStartArray("choices");
        json.WriteEndArray();
        ContentFilters.WritePrompt(json, answer);
        events.End();
    }

    private void Write(string text, Action<Utf8JsonWriter, string> delta, string? finishReason = null, bool content = false)
    {
        var json = Begin();
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", _choice);
        json.WriteStartObject("delta");
        delta(json, text);
        json.WriteEndObject();
        ChatJson.WriteLogprobs(json, answer.Prompt.Logprobs && content ? [text] : null);
        json.WriteString("finish_reason", finishReason);
        if (filters)
            ContentFilters.Write(json, "content_filter_results", answer.Stop is Stop.Filter or Stop.Blocked);
        json.WriteEndObject();
        json.WriteEndArray();
        if (_usage)
            WriteUsageOfChunk(json, finishReason is not null);
        _first = false;
        events.End();
    }

    private void WriteUsageOfChunk(Utf8JsonWriter json, bool last)
    {
        if (_first && _place is UsagePlace.First or UsagePlace.Split)
            ChatJson.WriteUsage(json, answer.Usage, output: _place == UsagePlace.First);
        else if (last && _place == UsagePlace.WithChoices)
            ChatJson.WriteUsage(json, answer.Usage);
        else
            json.WriteNull("usage");
    }

    private Utf8JsonWriter Begin()
    {
        var json = events.Begin();
        json.WriteString("id", _id);
        json.WriteString("object", "chat.completion.chunk");
        json.WriteNumber("created", Answer.Created);
        json.WriteString("model", answer.Prompt.Model);
        json.WriteString("system_fingerprint", "fp_simulated");
        return json;
    }
}
