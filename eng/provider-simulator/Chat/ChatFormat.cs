using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>OpenAI's chat completions: <c>POST /v1/chat/completions</c>. Custom providers may take it without a key.</summary>
internal class ChatFormat : WireFormat
{
    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey)
    {
        if (requiredKey is not null && !Credentials.Suffices(Credentials.Bearer(http), requiredKey))
            throw new Refused(401, "Incorrect API key provided to the simulator.", "invalid_api_key");
    }

    public override Prompt Read(HttpContext http, JsonElement root) => ChatRequest.Read(root, "chat");

    public override void WriteJson(Utf8JsonWriter json, Answer answer) => ChatJson.Write(json, answer, filters: false);

    public override IEnumerable<bool> Stream(Answer answer, EventBuffer events) => new ChatStream(answer, events, filters: false).Write();

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error) => OpenAiErrors.Write(json, error);

    public override void WriteErrorEvent(EventBuffer events, Answer answer)
    {
        var json = events.Begin();
        OpenAiErrors.WriteMember(json, new Refused(500, "The server had an error while processing your request. Sorry about that!"));
        events.End();
    }
}
