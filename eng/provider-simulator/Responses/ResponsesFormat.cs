using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>OpenAI's Responses: <c>POST /v1/responses</c>, and <c>GET</c> and <c>DELETE</c> of what was stored.</summary>
internal class ResponsesFormat(ResponseStore store) : WireFormat
{
    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey)
    {
        if (!Credentials.Suffices(Credentials.Bearer(http), requiredKey))
            throw new Refused(401, "Incorrect API key provided to the simulator.", "invalid_api_key");
    }

    public override Prompt Read(HttpContext http, JsonElement root) => ResponseRequest.Read(root, store);

    public override void WriteJson(Utf8JsonWriter json, Answer answer) => ResponseJson.Write(json, answer, ResponseJson.Status(answer), output: true);

    public override IEnumerable<bool> Stream(Answer answer, EventBuffer events) => new ResponseStream(answer, events).Write();

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error) => OpenAiErrors.Write(json, error);

    public override void WriteErrorEvent(EventBuffer events, Answer answer)
    {
        var json = events.Begin("error");
        json.WriteString("code", "server_error");
        json.WriteString("message", "The server had an error while processing your request. Sorry about that!");
        json.WriteNull("param");
        json.WriteNumber("sequence_number", 9);
        events.End();
    }

    public override void Keep(Answer answer)
    {
        var (prompt, options) = (answer.Prompt, answer.Prompt.Options!);
        options.Id = "resp_" + answer.Id;
        if (!options.Store)
            return;
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteJson(json, answer);
        var said = answer.Blocks.ConvertAll(block => block switch
        {
            ToolBlock call => new Part(PartKind.ToolCall) { Id = ChatJson.CallId(answer, call), Name = call.Tool.Name, Arguments = call.Whole },
            ThinkingBlock => new Part(PartKind.Thinking) { Text = block.Whole, Signature = "" },
            _ => Part.Of(block.Whole),
        });
        string[] reasoning = answer.Blocks[..Math.Min(1, answer.Blocks.Count)] is [ThinkingBlock] ? [ResponseJson.ReasoningId(answer)] : [];
        store.Add(options.Id, new StoredResponse(buffer.WrittenSpan.ToArray(), prompt.System[options.Instructions..], [.. prompt.Turns, new Turn("assistant", said)], reasoning));
    }

    public async Task GetAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        if (await RefusedAsync(http, id))
            return;
        var json = store.Find(id)!.Json;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }

    public async Task DeleteAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        if (await RefusedAsync(http, id))
            return;
        store.Remove(id);
        await JsonBody.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("object", "response");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        });
    }

    private async Task<bool> RefusedAsync(HttpContext http, string id)
    {
        try
        {
            Authenticate(http, [], null);
            if (store.Find(id) is not null)
                return false;
            throw new Refused(404, $"Response with id '{id}' not found.");
        }
        catch (Refused refused)
        {
            await JsonBody.WriteErrorAsync(http, this, refused);
            return true;
        }
    }
}
