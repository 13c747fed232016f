using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>
/// Thoughts of other providers inside <c>encrypted_content</c>, the one member of a reasoning item that clients hand back untouched. The text says of
/// itself that it is the gateway's and holds everything that the thoughts' provider wants back, so nothing depends on what a client does with summaries.
/// OpenAI's own encrypted reasoning stands there bare.
/// </summary>
internal static class ThoughtText
{
    /// <summary>What the gateway's own texts begin with; nothing that OpenAI encrypts does.</summary>
    public const string Prefix = "tw1.thoughts.";

    public static ReadOnlySpan<byte> PrefixUtf8 => "tw1.thoughts."u8;

    /// <summary>Thoughts that can be read, signed or not.</summary>
    public static string Of(ThinkingPart thinking) => Write(thinking.Signature?.Origin, thinking.Signature?.Value, thinking.Text, null);

    /// <summary>Thoughts that cannot be read.</summary>
    public static string Of(HiddenThinkingPart hidden) =>
        hidden.Data.Origin == SignatureOrigin.OpenAi ? hidden.Data.Value : Write(hidden.Data.Origin, hidden.Data.Value, null, null);

    /// <summary>The signature of a tool call: the call's own item has no room for it.</summary>
    public static string Of(string callId, Signature signature) => Write(signature.Origin, signature.Value, null, callId);

    /// <summary>Reads what <see cref="Of(ThinkingPart)"/> and its like wrote; false when it is not the gateway's.</summary>
    /// <param name="signed">A tool call's signature, when it is one: (call id, signature).</param>
    /// <exception cref="ConversionException">It begins as the gateway's do, and is broken.</exception>
    public static bool TryRead(string text, string path, out Part? part, out (string CallId, Signature Signature)? signed)
    {
        part = null;
        signed = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)));
            var root = document.RootElement;
            var signature = root.StringOrNull("s") is { } value && Enum.TryParse<SignatureOrigin>(root.StringOrNull("o"), out var origin) ? new Signature(origin, value) : null;
            if (root.StringOrNull("c") is { } call && signature is not null)
                signed = (call, signature);
            else if (root.StringOrNull("t") is { } thought)
                part = new ThinkingPart(thought, signature);
            else if (signature is not null)
                part = new HiddenThinkingPart(signature);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw JsonRead.Invalid(path, "it is not what this gateway gave out.");
        }
    }

    private static string Write(SignatureOrigin? origin, string? signature, string? text, string? callId)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonWrite.Options))
        {
            json.WriteStartObject();
            json.Optional("o"u8, origin?.ToString());
            json.Optional("s"u8, signature);
            json.Optional("t"u8, text);
            json.Optional("c"u8, callId);
            json.WriteEndObject();
        }

        return Prefix + Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
