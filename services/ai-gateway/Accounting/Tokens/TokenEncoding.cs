namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>OpenAI's vocabularies.</summary>
internal enum TokenEncoding
{
    /// <summary>GPT-4o and all that came after it; the best guess for everybody else's models.</summary>
    O200k,

    /// <summary>GPT-4, GPT-3.5 and the embedding models.</summary>
    Cl100k,
}
