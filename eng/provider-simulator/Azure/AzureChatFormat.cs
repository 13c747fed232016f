using System.Text.Json;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Azure;

/// <summary>Azure OpenAI's chat: <c>POST /openai/deployments/{deployment}/chat/completions?api-version=</c> and <c>/openai/v1/chat/completions</c>.</summary>
internal sealed class AzureChatFormat : ChatFormat
{
    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey) => AzureRules.Authenticate(http, requiredKey);

    public override Prompt Read(HttpContext http, JsonElement root)
    {
        var prompt = ChatRequest.Read(root, "azure", http.Request.RouteValues["deployment"] as string);
        AzureRules.RefuseBlocked(http, prompt);
        return prompt;
    }

    public override void WriteJson(Utf8JsonWriter json, Answer answer) => ChatJson.Write(json, answer, filters: true);

    public override IEnumerable<bool> Stream(Answer answer, EventBuffer events) => new ChatStream(answer, events, filters: true).Write();

    public override void Head(HttpContext http, long sequence) => http.Response.Headers["apim-request-id"] = "req-sim-" + sequence;

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error) => AzureRules.WriteError(json, error);
}
