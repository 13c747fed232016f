using System.Globalization;
using System.Text.Json;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>Models as Anthropic lists them, page by page (https://docs.anthropic.com/en/api/models-list).</summary>
internal static class AnthropicModelList
{
    private const int UsualPage = 20;
    private const int LargestPage = 1000;

    /// <summary>Writes the page that <paramref name="query"/> asks for; a refusal when it cannot be asked so.</summary>
    public static Refusal? Write(Utf8JsonWriter json, ModelEntry[] models, IQueryCollection query)
    {
        var limit = UsualPage;
        if (query["limit"] is [{ } given] && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > LargestPage))
            return Refusals.BadRequest($"limit: Input should be an integer between 1 and {LargestPage}", "limit");
        var (start, end) = (0, models.Length);
        if (query["after_id"] is [{ } after] && (start = IndexOf(models, after) + 1) == 0)
            return Refusals.BadRequest("after_id: there is no such model", "after_id");
        if (query["before_id"] is [{ } before] && (end = IndexOf(models, before)) < 0)
            return Refusals.BadRequest("before_id: there is no such model", "before_id");
        var more = end - start > limit;
        if (query.ContainsKey("before_id"))
            start = Math.Max(start, end - limit);
        else
            end = Math.Min(end, start + limit);
        var page = models.AsSpan(start, Math.Max(0, end - start));
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var model in page)
            Write(json, model);
        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, more);
        json.WriteString("first_id"u8, page.IsEmpty ? null : page[0].ModelId);
        json.WriteString("last_id"u8, page.IsEmpty ? null : page[^1].ModelId);
        json.WriteEndObject();
        return null;
    }

    public static void Write(Utf8JsonWriter json, ModelEntry model)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "model"u8);
        json.WriteString("id"u8, model.ModelId);
        json.WriteString("display_name"u8, model.DisplayName.Length > 0 ? model.DisplayName : model.ModelId);
        json.WriteString("created_at"u8, DateTimeOffset.FromUnixTimeSeconds(model.CreatedAtUnix).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        WriteCount(json, "max_input_tokens"u8, model.ContextWindow);
        WriteCount(json, "max_tokens"u8, model.MaxOutputTokens);
        json.WriteNull("capabilities"u8);
        json.WriteString("lifecycle"u8, "active"u8);
        json.WriteEndObject();
    }

    private static int IndexOf(ModelEntry[] models, string id) => Array.FindIndex(models, model => model.ModelId == id);

    private static void WriteCount(Utf8JsonWriter json, ReadOnlySpan<byte> name, long count)
    {
        if (count > 0)
            json.WriteNumber(name, count);
        else
            json.WriteNull(name);
    }
}
