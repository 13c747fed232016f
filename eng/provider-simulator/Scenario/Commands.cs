using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>
/// Every command with its meaning: <c>GET /simulator/scenarios</c> lists them, and each is a model <c>sim-…</c> of the model lists. Beside these, a user may
/// say <c>[[call tool {…}]]</c>, see <see cref="Directive"/>.
/// </summary>
internal static class Commands
{
    public static readonly (string Name, string Meaning)[] All =
    [
        ("chat", "a short text that repeats what was said"),
        ("tools", "calls the first tool, or the one tool_choice names, with arguments made up from its schema; answers text once it has the result"),
        ("parallel", "calls two tools at once, unless parallel calls are off"),
        ("rounds-N", "calls tools N times, one after the result of the other (2)"),
        ("think", "thinks first, also when not asked to; thinking that was asked for comes from every model"),
        ("think-tools", "thinks, then calls a tool, and refuses the result without the signed thinking"),
        ("think-aloud", "thinks, and its thoughts repeat what was said"),
        ("redacted", "thinks in redacted blocks"),
        ("json", "answers an object that fits the schema of the structured output; so does every model when asked to"),
        ("refusal", "refuses in the format's own way"),
        ("blocked", "the content filter stops the prompt"),
        ("filtered", "the content filter stops the answer half-way"),
        ("length", "stops at max tokens"),
        ("stop-sequence", "stops at the first stop sequence given"),
        ("inspect", "the answer is a JSON summary of what was understood, the same shape on every format"),
        ("strict", "OpenAI's chat refuses fields it does not know, as OpenAI does and its imitators do not; the other formats always do"),
        ("cached", "reports cached and reasoning tokens"),
        ("nousage", "reports no usage"),
        ("usage-first", "a stream reports usage before the content"),
        ("usage-split", "a stream reports input and output usage in two events"),
        ("usage-choices", "a stream reports usage in an event that carries content or the finish reason"),
        ("words-N", "N words (10)"),
        ("huge", "200,000 words, a megabyte"),
        ("tiny-N", "N pieces of one character (2000)"),
        ("slow-MS", "waits before the first byte (2000 ms)"),
        ("drip-MS", "waits between the events of a stream (100 ms)"),
        ("stall", "falls silent in the middle"),
        ("cut", "the connection is reset in the middle, between two events"),
        ("cut-event", "the connection is reset inside an event"),
        ("drop", "the connection is reset before the first byte"),
        ("malformed", "a broken event, half a JSON body, a frame with a wrong checksum"),
        ("error-event", "the format's own error event in the middle of a stream"),
        ("error-N", "status N (500); retry-after-S adds the header"),
        ("429", "status 429 with retry-after 1"),
        ("500", "status 500"),
        ("529", "status 529, overloaded"),
        ("flaky-K", "status 500 to the first K attempts of each request id (1)"),
        ("retry-after-S", "that header on errors"),
    ];

    public static bool HasTwoWords(string name) =>
        name is "retry-after" or "error-event" or "cut-event" or "usage-first" or "usage-split" or "usage-choices" or "stop-sequence" or "think-aloud";

    public static async Task ListAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        foreach (var (name, meaning) in All)
            json.WriteString("sim-" + name, meaning);
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }
}
