using System.Text.Json;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Azure;

/// <summary>What Azure asks of every call: the key in <c>api-key</c> (or a bearer token), and the version in the URL of the deployment form.</summary>
internal static class AzureRules
{
    public static void Authenticate(HttpContext http, string? requiredKey)
    {
        if (!Credentials.Suffices(Credentials.Header(http, "api-key") ?? Credentials.Bearer(http), requiredKey))
        {
            throw new Refused(401, "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint "
                + "for your resource.", "401");
        }

        var versioned = !http.Request.Path.StartsWithSegments("/openai/v1", StringComparison.Ordinal);
        if (versioned && string.IsNullOrEmpty(http.Request.Query["api-version"]))
            throw new Refused(404, "Resource not found", "404");
    }

    public static void WriteError(Utf8JsonWriter json, Refused error)
    {
        if (error.Code is "401" or "404")
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (error.Code == "content_filter")
        {
            WriteFiltered(json, error);
        }
        else
        {
            OpenAiErrors.Write(json, error);
        }
    }

    /// <summary>A prompt that the filter stops is an error here, not an answer.</summary>
    public static void RefuseBlocked(HttpContext http, Prompt prompt)
    {
        if (Behaviour.Of(prompt.Model, http.Request.Headers["x-simulator"], prompt.Command).Block)
        {
            throw new Refused(400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.", "content_filter", "prompt");
        }
    }

    private static void WriteFiltered(Utf8JsonWriter json, Refused error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteNull("type");
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code);
        json.WriteNumber("status", error.Status);
        json.WriteStartObject("innererror");
        json.WriteString("code", "ResponsibleAIPolicyViolation");
        ContentFilters.Write(json, "content_filter_result", filtered: true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
