using System.Text.Json;
using ThinkWatch.ProviderSimulator.Responses;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Azure;

/// <summary>Azure OpenAI's Responses: <c>POST /openai/v1/responses</c> and <c>/openai/responses?api-version=</c>.</summary>
internal sealed class AzureResponsesFormat(ResponseStore store) : ResponsesFormat(store)
{
    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey) => AzureRules.Authenticate(http, requiredKey);

    public override Prompt Read(HttpContext http, JsonElement root)
    {
        var prompt = base.Read(http, root);
        AzureRules.RefuseBlocked(http, prompt);
        return prompt;
    }

    public override void Head(HttpContext http, long sequence) => http.Response.Headers["apim-request-id"] = "req-sim-" + sequence;

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error) => AzureRules.WriteError(json, error);
}
