using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>What Azure adds to OpenAI's answers: how its content filter judged prompt and answer.</summary>
internal static class ContentFilters
{
    private static readonly string[] s_categories = ["hate", "self_harm", "sexual", "violence"];

    public static void WritePrompt(Utf8JsonWriter json, Answer answer)
    {
        json.WriteStartArray("prompt_filter_results");
        json.WriteStartObject();
        json.WriteNumber("prompt_index", 0);
        Write(json, "content_filter_results", answer.Stop is Stop.Filter or Stop.Blocked);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, string name, bool filtered)
    {
        json.WriteStartObject(name);
        foreach (var category in s_categories)
        {
            var hit = filtered && category == "violence";
            json.WriteStartObject(category);
            json.WriteBoolean("filtered", hit);
            json.WriteString("severity", hit ? "high" : "safe");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
