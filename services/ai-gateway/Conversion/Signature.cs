namespace ThinkWatch.AiGateway.Conversion;

/// <summary>Whose models can verify a signature. Claude's hold wherever Claude runs (https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking).</summary>
internal enum SignatureOrigin
{
    Claude,
    Gemini,
    OpenAi,

    /// <summary>Bedrock models that are not Claude.</summary>
    Bedrock,
}

/// <summary>
/// A provider's opaque proof that a thought is its own. Clients carry it as text: bare where the surface's own provider made it, otherwise with a prefix that
/// names the origin, so that after a change of models it is never shown to a provider that would refuse it.
/// </summary>
internal sealed record Signature(SignatureOrigin Origin, string Value)
{
    private const string Prefix = "tw1.";

    /// <summary>The text for a client of a surface whose own signatures come from <paramref name="own"/>.</summary>
    public string ToClient(SignatureOrigin own) => Origin == own ? Value : Prefix + Name(Origin) + "." + Value;

    /// <summary>Reads what <see cref="ToClient"/> wrote.</summary>
    public static Signature FromClient(string text, SignatureOrigin own)
    {
        if (text.StartsWith(Prefix, StringComparison.Ordinal) && text.IndexOf('.', Prefix.Length) is var end and > 0)
        {
            foreach (var origin in Enum.GetValues<SignatureOrigin>())
            {
                if (text.AsSpan(Prefix.Length, end - Prefix.Length).SequenceEqual(Name(origin)))
                    return new Signature(origin, text[(end + 1)..]);
            }
        }

        return new Signature(own, text);
    }

    private static string Name(SignatureOrigin origin) => origin switch
    {
        SignatureOrigin.Claude => "claude",
        SignatureOrigin.Gemini => "gemini",
        SignatureOrigin.OpenAi => "openai",
        _ => "bedrock",
    };
}
