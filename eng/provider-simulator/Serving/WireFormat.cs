using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>One upstream API: how it reads a request and how it writes an answer. Shared by all calls.</summary>
internal abstract class WireFormat
{
    public virtual string StreamContentType => "text/event-stream";

    /// <summary>Throws <see cref="Refused"/> without the credentials this API wants. With a required key only that one is accepted.</summary>
    public abstract void Authenticate(HttpContext http, byte[] body, string? requiredKey);

    /// <summary>Understands the request as the real API would, or throws <see cref="Refused"/>.</summary>
    public abstract Prompt Read(HttpContext http, JsonElement root);

    public abstract void WriteJson(Utf8JsonWriter json, Answer answer);

    /// <summary>Writes one event after another and says after each whether it carried content. Enumerable more than once.</summary>
    public abstract IEnumerable<bool> Stream(Answer answer, EventBuffer events);

    public abstract void WriteError(HttpContext http, Utf8JsonWriter json, Refused error);

    /// <summary>An event that a client cannot read.</summary>
    public virtual void WriteMalformed(EventBuffer events) => events.Raw("data: {\"id\":\"broken\n\n"u8);

    /// <summary>What the API sends when it fails in the middle of a stream.</summary>
    public abstract void WriteErrorEvent(EventBuffer events, Answer answer);

    /// <summary>Headers of every answer.</summary>
    public virtual void Head(HttpContext http, long sequence) => http.Response.Headers["x-request-id"] = "req-sim-" + sequence;

    /// <summary>Before the answer leaves: an API that keeps answers does it now, so that a caller can come back for it at once.</summary>
    public virtual void Keep(Answer answer)
    {
    }
}
