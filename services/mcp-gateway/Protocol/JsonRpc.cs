using System.Text.Json;

namespace ThinkWatch.McpGateway.Protocol;

/// <summary>Error codes of JSON-RPC 2.0 and of MCP.</summary>
internal static class ErrorCodes
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>The key, its owner or its roles do not allow this.</summary>
    public const int Denied = -32043;

    /// <summary>Revision 2026-07-28: the revision in the header is not spoken here.</summary>
    public const int UnsupportedProtocolVersion = -32022;
}

/// <summary>One message of a client. <see cref="Id"/> is null for a notification. <see cref="IsResponse"/>: an answer to us, which nothing here asked for.</summary>
internal readonly record struct RpcMessage(JsonElement? Id, string Method, JsonElement? Params, bool IsResponse)
{
    /// <summary>Null when the element is not a JSON-RPC 2.0 message.</summary>
    public static RpcMessage? Of(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) return null;
        if (!element.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0")) return null;
        JsonElement? id = null;
        if (element.TryGetProperty("id", out var value))
        {
            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) return null;
            id = value;
        }

        if (!element.TryGetProperty("method", out var method))
        {
            return id is not null && (element.TryGetProperty("result", out _) || element.TryGetProperty("error", out _))
                ? new RpcMessage(id, "", null, IsResponse: true)
                : null;
        }

        if (method.ValueKind != JsonValueKind.String) return null;
        JsonElement? parameters = element.TryGetProperty("params", out var p) ? p : null;
        return parameters is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) } ? null : new RpcMessage(id, method.GetString()!, parameters, false);
    }
}

/// <summary>Thrown by a method that cannot answer; becomes the JSON-RPC error of that request.</summary>
internal sealed class RpcException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}

/// <summary>Writes JSON-RPC answers.</summary>
internal static class RpcWriter
{
    public static void Result(Utf8JsonWriter json, JsonElement id, Action<Utf8JsonWriter> result)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WritePropertyName("id");
        id.WriteTo(json);
        json.WritePropertyName("result");
        result(json);
        json.WriteEndObject();
    }

    public static void Error(Utf8JsonWriter json, JsonElement? id, int code, string message)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WritePropertyName("id");
        if (id is { } known) known.WriteTo(json);
        else json.WriteNullValue();
        json.WriteStartObject("error");
        json.WriteNumber("code", code);
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
