using System.Buffers.Text;
using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Signatures as clients carry them: bare where their own provider made them, in the gateway's wrapping otherwise.</summary>
internal static class Seals
{
    private const string Signed = "tw1.";
    private const string Thoughts = "tw1.thoughts.";
    private const string OfCall = "call.";

    /// <summary>Without the wrapping, and whether it is that of the call beside it.</summary>
    public static (string Seal, bool IsOfCall) Bare(string text)
    {
        if (!text.StartsWith(Signed, StringComparison.Ordinal)) return (text, false);
        var origin = text[Signed.Length..text.IndexOf('.', Signed.Length)];
        var value = text[(Signed.Length + origin.Length + 1)..];
        if (value.StartsWith(OfCall, StringComparison.Ordinal)) return (value[OfCall.Length..], true);
        return (origin == "openai" && value.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? value[(dot + 1)..] : value, false);
    }

    /// <summary>Claude's own thoughts keep their place wherever Claude runs; the others' stand on the part that they belong to.</summary>
    public static bool IsClaudes(string text) => !text.StartsWith(Signed, StringComparison.Ordinal);

    /// <summary>What the Responses API's <c>encrypted_content</c> holds of other providers' thoughts: signature, text, call.</summary>
    public static (string? Seal, string? Text, string? Call, bool IsClaudes)? Thought(string text)
    {
        if (!text.StartsWith(Thoughts, StringComparison.Ordinal)) return null;
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(text.AsSpan(Thoughts.Length)));
        return (Json.TextOf(document.RootElement, "s"), Json.TextOf(document.RootElement, "t"), Json.TextOf(document.RootElement, "c"), Json.TextOf(document.RootElement, "o") == "Claude");
    }
}
