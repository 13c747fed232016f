using System.Text.Json;
using ThinkWatch.McpGateway.Protocol;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.McpGateway.Methods;

/// <summary>The methods that the gateway answers. No server is registered yet, so every list is empty.</summary>
internal sealed class MethodTable(ServiceIdentity service)
{
    /// <summary>Answers one request, or throws <see cref="RpcException"/>.</summary>
    public Action<Utf8JsonWriter> Answer(in RpcMessage message, string revision)
    {
        var proposed = Text(message.Params, "protocolVersion");
        return message.Method switch
        {
            "initialize" => json => Initialize(json, Revisions.Negotiate(proposed)),
            "server/discover" when revision == Revisions.Discovering => Discover,
            "ping" => static json =>
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }
            ,
            "tools/list" => json => EmptyList(json, "tools", revision),
            _ => throw new RpcException(ErrorCodes.MethodNotFound, $"There is no method {Shown(message.Method)}."),
        };
    }

    private void Initialize(Utf8JsonWriter json, string revision)
    {
        json.WriteStartObject();
        json.WriteString("protocolVersion", revision);
        WriteCapabilities(json);
        json.WritePropertyName("serverInfo");
        WriteServerInfo(json);
        json.WriteEndObject();
    }

    private void Discover(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("supportedVersions");
        json.WriteStringValue(Revisions.Discovering);
        foreach (var revision in Revisions.Initializing) json.WriteStringValue(revision);
        json.WriteEndArray();
        WriteCapabilities(json);
        WriteCompletion(json);
        json.WriteEndObject();
    }

    private void EmptyList(Utf8JsonWriter json, string name, string revision)
    {
        json.WriteStartObject();
        json.WriteStartArray(name);
        json.WriteEndArray();
        if (revision == Revisions.Discovering) WriteCompletion(json);
        json.WriteEndObject();
    }

    /// <summary>What revision 2026-07-28 asks of a complete, cacheable result.</summary>
    private void WriteCompletion(Utf8JsonWriter json)
    {
        json.WriteString("resultType", "complete");
        json.WriteNumber("ttlMs", 0);
        json.WriteString("cacheScope", "private");
        json.WriteStartObject("_meta");
        json.WritePropertyName("io.modelcontextprotocol/serverInfo");
        WriteServerInfo(json);
        json.WriteEndObject();
    }

    private static void WriteCapabilities(Utf8JsonWriter json)
    {
        json.WriteStartObject("capabilities");
        json.WriteStartObject("tools");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteServerInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", "thinkwatch");
        json.WriteString("title", "ThinkWatch");
        json.WriteString("version", service.Version);
        json.WriteEndObject();
    }

    private static string? Text(JsonElement? parameters, string name) =>
        parameters is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Shown(string method) => method.Length <= 64 ? method : method[..64] + "…";
}
