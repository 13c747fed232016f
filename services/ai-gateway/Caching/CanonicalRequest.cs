using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Caching;

/// <summary>
/// What of a request decides about its answer: all of it, whatever the order of members and the white space, but for what only says who asks and how the
/// answer is delivered. Two requests with one digest would be answered alike by a model that is asked for determinism.
/// </summary>
internal readonly record struct CanonicalRequest(string Digest, bool IsDeterministic)
{
    /// <summary>Members of the root that do not change an answer. <c>stream</c> does: a stream is replayed as a stream.</summary>
    private static readonly HashSet<string> s_ignored = new(StringComparer.Ordinal)
    {
        "user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier", "store", "client_metadata",
    };

    /// <summary>Null: it holds an escape that is no character, which nothing can be made of but the client's own bytes.</summary>
    /// <param name="betas">What <c>anthropic-beta</c> asks for: it changes answers too.</param>
    /// <exception cref="JsonException">It is not one JSON object.</exception>
    public static CanonicalRequest? TryOf(WireFormat format, string betas, ReadOnlyMemory<byte> body)
    {
        try
        {
            return Of(format, betas, body);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static CanonicalRequest Of(WireFormat format, string betas, ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
        using var canonical = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(canonical, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartArray();
            writer.WriteNumberValue((int)format);
            writer.WriteStringValue(betas);
            WriteObject(writer, json.RootElement, s_ignored);
            writer.WriteEndArray();
        }

        var deterministic = json.RootElement.TryGetProperty("temperature", out var temperature) && temperature.ValueKind == JsonValueKind.Number && temperature.GetDouble() == 0;
        return new CanonicalRequest(Convert.ToHexStringLower(SHA256.HashData(canonical.WrittenSpan)), deterministic);
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement element, HashSet<string>? ignored)
    {
        writer.WriteStartObject();
        foreach (var member in element.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
        {
            if (ignored?.Contains(member.Name) == true)
                continue;
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, element, null);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
