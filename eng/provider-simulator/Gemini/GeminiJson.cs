using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Gemini;

/// <summary>The answer as one <c>GenerateContentResponse</c>, and what the chunks of a stream share with it.</summary>
internal static class GeminiJson
{
    public const string CallPurpose = "gemini/call";
    public const string TextPurpose = "gemini/text";

    /// <summary>What a call's signature binds: the same for every spelling of the same arguments.</summary>
    public static string Signed(string name, string arguments) => name + "\n" + Seal.Canonical(arguments);

    public static void Write(Utf8JsonWriter json, Answer answer)
    {
        json.WriteStartObject();
        if (answer.Stop == Stop.Blocked)
        {
            WriteBlocked(json);
        }
        else
        {
            json.WriteStartArray("candidates");
            for (var i = 0; i < answer.Prompt.Choices; i++)
            {
                json.WriteStartObject();
                WriteContent(json, parts => WriteParts(parts, answer));
                json.WriteString("finishReason", FinishReason(answer));
                json.WriteNumber("index", i);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (answer.ReportsUsage)
            WriteUsage(json, answer, input: true, answer.Usage.Output);
        WriteTail(json, answer);
        json.WriteEndObject();
    }

    public static void WriteBlocked(Utf8JsonWriter json)
    {
        json.WriteStartObject("promptFeedback");
        json.WriteString("blockReason", "PROHIBITED_CONTENT");
        json.WriteEndObject();
    }

    public static void WriteContent(Utf8JsonWriter json, Action<Utf8JsonWriter> parts)
    {
        json.WriteStartObject("content");
        json.WriteStartArray("parts");
        parts(json);
        json.WriteEndArray();
        json.WriteString("role", "model");
        json.WriteEndObject();
    }

    public static void WriteText(Utf8JsonWriter json, string text, bool thought, string? signature = null)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        if (thought)
            json.WriteBoolean("thought", true);
        if (signature is not null)
            json.WriteString("thoughtSignature", signature);
        json.WriteEndObject();
    }

    /// <summary>No id; of parallel calls only the first is signed.</summary>
    public static void WriteCall(Utf8JsonWriter json, ToolBlock call)
    {
        var arguments = call.Whole;
        json.WriteStartObject();
        json.WriteStartObject("functionCall");
        json.WriteString("name", call.Tool.Name);
        json.WritePropertyName("args");
        json.WriteRawValue(arguments);
        json.WriteEndObject();
        if (call is { AfterThinking: true, Number: 1 })
            json.WriteString("thoughtSignature", Seal.Sign(CallPurpose, Signed(call.Tool.Name, arguments)));
        json.WriteEndObject();
    }

    /// <summary>The signature that the answer's text ends with after thinking; null without.</summary>
    public static string? TextSignature(Answer answer) =>
        answer.Stop != Stop.Tool && answer.Blocks.Find(static block => block is ThinkingBlock) is { } thinking ? Seal.Close(TextPurpose, thinking.Whole) : null;

    public static void WriteUsage(Utf8JsonWriter json, Answer answer, bool input, int output)
    {
        var usage = answer.Usage;
        var reasoning = output == 0 ? 0 : Math.Min(usage.Reasoning, output);
        json.WriteStartObject("usageMetadata");
        if (input)
            json.WriteNumber("promptTokenCount", usage.Input);
        if (output - reasoning > 0)
            json.WriteNumber("candidatesTokenCount", output - reasoning);
        json.WriteNumber("totalTokenCount", (input ? usage.Input : 0) + output);
        if (input && usage.CacheRead > 0)
            json.WriteNumber("cachedContentTokenCount", usage.CacheRead);
        if (input)
        {
            json.WriteStartArray("promptTokensDetails");
            json.WriteStartObject();
            json.WriteString("modality", "TEXT");
            json.WriteNumber("tokenCount", usage.Input);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (reasoning > 0)
            json.WriteNumber("thoughtsTokenCount", reasoning);
        json.WriteEndObject();
    }

    public static void WriteTail(Utf8JsonWriter json, Answer answer)
    {
        json.WriteString("modelVersion", answer.Prompt.Model);
        json.WriteString("responseId", answer.Id);
    }

    public static string FinishReason(Answer answer) => answer.Stop switch
    {
        Stop.Length => "MAX_TOKENS",
        Stop.Refusal or Stop.Filter => "SAFETY",
        _ => "STOP",
    };

    private static void WriteParts(Utf8JsonWriter json, Answer answer)
    {
        foreach (var block in answer.Blocks)
        {
            if (block is ThinkingBlock { Visible: true, Redacted: false })
                WriteText(json, block.Whole, thought: true);
            else if (block is ToolBlock call)
                WriteCall(json, call);
            else if (block is TextBlock)
                WriteText(json, block.Whole, thought: false, TextSignature(answer));
        }
    }
}
