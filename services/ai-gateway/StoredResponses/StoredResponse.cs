using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary>A response as it is kept: the answer, everything that was asked before it, and who else has it. Owns its memory.</summary>
internal sealed class StoredResponse : IDisposable
{
    /// <summary>Kind of the object that holds a response.</summary>
    public const string Kind = "response";

    /// <summary>Kind of the object that says to which response an item belongs whose id does not tell.</summary>
    public const string ItemKind = "item";

    private readonly PooledBuffer _content;
    private readonly JsonDocument _document;

    private StoredResponse(PooledBuffer content, JsonDocument document)
    {
        _content = content;
        _document = document;
    }

    /// <summary>The provider that keeps this response under the same id; empty when only the gateway does.</summary>
    public string ProviderId => _document.RootElement.StringOrNull("provider") ?? "";

    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeSeconds(_document.RootElement.CountOrZero("expires_at"));

    /// <summary>The response object, as its client got it.</summary>
    public JsonElement Response => _document.RootElement.ObjectOrNull("response") ?? default;

    /// <summary>All items up to this response, its own included.</summary>
    public IEnumerable<JsonElement> Items => _document.RootElement.ItemsOrNone("input").Concat(Response.ItemsOrNone("output"));

    /// <summary>Takes <paramref name="content"/> over.</summary>
    public static StoredResponse Open(PooledBuffer content) => new(content, JsonDocument.Parse(content.Written));

    /// <summary>Writes what is to be kept. All pieces are JSON as it stands on the wire.</summary>
    /// <param name="input">An array of items, or a string.</param>
    public static PooledBuffer Write(ReadOnlySpan<byte> response, ReadOnlySpan<byte> input, string? providerId, DateTimeOffset expiresAt)
    {
        var content = new PooledBuffer();
        content.Reserve(response.Length + input.Length + 256);
        using var json = new Utf8JsonWriter(content, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteNumber("expires_at"u8, expiresAt.ToUnixTimeSeconds());
        json.Optional("provider"u8, providerId);
        json.WritePropertyName("input"u8);
        if (input[0] == (byte)'[')
        {
            json.WriteRawValue(input, skipInputValidation: true);
        }
        else
        {
            json.WriteStartArray();
            InputItems.WriteMessage(json, input);
            json.WriteEndArray();
        }

        json.WritePropertyName("response"u8);
        json.WriteRawValue(response, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return content;
    }

    public void Dispose()
    {
        _document.Dispose();
        _content.Dispose();
    }
}
