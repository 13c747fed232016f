using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Gemini;

/// <summary>
/// The answer as server-sent responses. Calls come whole; usage grows from chunk to chunk; a text's signature may come in a last part that is empty.
/// Lines end in CR LF, as the real ones do.
/// </summary>
internal sealed class GeminiStream(Answer answer, EventBuffer events)
{
    private readonly UsagePlace _place = answer.Behaviour.UsagePlace;
    private int _sent;
    private bool _first = true;

    public IEnumerable<bool> Write()
    {
        if (answer.Stop == Stop.Blocked)
        {
            WriteBlocked();
            yield return false;
            yield break;
        }

        foreach (var block in answer.Blocks)
        {
            switch (block)
            {
                case ThinkingBlock { Visible: true, Redacted: false } or TextBlock:
                    foreach (var piece in block.Pieces)
                    {
                        _sent++;
                        WriteChunk(json => GeminiJson.WriteText(json, piece, block is ThinkingBlock));
                        yield return true;
                    }

                    break;
                case ToolBlock call:
                    WriteChunk(json => GeminiJson.WriteCall(json, call));
                    yield return true;
                    break;
                default:
                    break;
            }
        }

        WriteLast();
        yield return false;
    }

    private void WriteLast()
    {
        var signature = GeminiJson.TextSignature(answer);
        WriteChunk(json => GeminiJson.WriteText(json, "", thought: false, signature), GeminiJson.FinishReason(answer));
    }

    private void WriteBlocked()
    {
        var json = events.Begin();
        GeminiJson.WriteBlocked(json);
        if (answer.ReportsUsage)
            GeminiJson.WriteUsage(json, answer, input: true, 0);
        GeminiJson.WriteTail(json, answer);
        End(json);
    }

    private void WriteChunk(Action<Utf8JsonWriter> parts, string? finishReason = null)
    {
        var json = events.Begin();
        json.WriteStartArray("candidates");
        for (var i = 0; i < answer.Prompt.Choices; i++)
        {
            json.WriteStartObject();
            GeminiJson.WriteContent(json, parts);
            if (finishReason is not null)
                json.WriteString("finishReason", finishReason);
            json.WriteNumber("index", i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (answer.ReportsUsage)
            WriteUsage(json, finishReason is not null);
        GeminiJson.WriteTail(json, answer);
        _first = false;
        End(json);
    }

    private void WriteUsage(Utf8JsonWriter json, bool last)
    {
        switch (_place)
        {
            case UsagePlace.First when _first:
                GeminiJson.WriteUsage(json, answer, input: true, answer.Usage.Output);
                break;
            case UsagePlace.Split when _first:
                GeminiJson.WriteUsage(json, answer, input: true, 0);
                break;
            case UsagePlace.Split when last:
                GeminiJson.WriteUsage(json, answer, input: false, answer.Usage.Output);
                break;
            case UsagePlace.Usual:
                GeminiJson.WriteUsage(json, answer, input: true, last ? answer.Usage.Output : _sent);
                break;
            case UsagePlace.WithChoices when last:
                GeminiJson.WriteUsage(json, answer, input: true, answer.Usage.Output);
                break;
            default:
                break;
        }
    }

    private void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        events.Raw("\r\n\r\n"u8);
    }
}
