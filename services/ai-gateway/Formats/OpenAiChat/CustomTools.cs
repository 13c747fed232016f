using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// OpenAI's custom tools take free text. Other providers know arguments in JSON only: there such a tool takes one member <c>input</c>, and its calls become
/// custom ones again on the way back.
/// </summary>
internal static class CustomTools
{
    public static readonly JsonElement Schema =
        JsonElement.Parse("""{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"""u8);

    public static string ToArguments(string input)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonWrite.Options))
        {
            json.WriteStartObject();
            json.WriteString("input"u8, input);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The text that a model put into the call; what is no such JSON stays as it is.</summary>
    public static string ToInput(string arguments)
    {
        try
        {
            using var json = JsonDocument.Parse(arguments);
            return json.RootElement.StringOrNull("input") ?? arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    /// <summary>Whether the client declared this tool as a custom one.</summary>
    public static bool Declared(ConvertedCall call, string name)
    {
        foreach (var tool in call.Source.ItemsOrNone("tools"))
        {
            if (tool.ObjectOrNull("custom") is { } custom && custom.StringOrNull("name") == name)
                return true;
        }

        return false;
    }
}
