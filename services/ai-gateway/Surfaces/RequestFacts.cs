namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>A piece of the request's bytes.</summary>
internal readonly record struct Piece(int Start, int Length)
{
    public int End => Start + Length;

    public bool IsAbsent => Length == 0;
}

/// <summary>
/// What a scan found in a request: values that the stages decide by, and places where the bytes may have to be patched.
/// Places are offsets into the body as it was read.
/// </summary>
internal struct RequestFacts
{
    public string Model { get; set; }

    /// <summary>The model's value, quotes included.</summary>
    public Piece ModelPiece { get; set; }

    public bool Stream { get; set; }

    /// <summary>Just behind the root's opening brace.</summary>
    public int RootStart { get; set; }

    /// <summary>The value of <c>stream_options</c>, whatever it is.</summary>
    public Piece StreamOptions { get; set; }

    public bool StreamOptionsIsObject { get; set; }

    public bool StreamOptionsIsEmpty { get; set; }

    /// <summary>The value of <c>stream_options.include_usage</c>.</summary>
    public Piece IncludeUsagePiece { get; set; }

    /// <summary>The client asked for the usage chunk itself.</summary>
    public bool IncludeUsage { get; set; }

    /// <summary>The client's bound on output tokens; 0 when it set none.</summary>
    public int MaxTokens { get; set; }

    /// <summary>How many answers it wants.</summary>
    public int Choices { get; set; }

    /// <summary>The Responses API's <c>previous_response_id</c>; null when there is none.</summary>
    public string? PreviousResponseId { get; set; }

    /// <summary>The value of <c>previous_response_id</c>, quotes included.</summary>
    public Piece PreviousResponsePiece { get; set; }

    /// <summary>The value of the Responses API's <c>input</c>.</summary>
    public Piece InputPiece { get; set; }

    /// <summary>The answer is to be kept: the Responses API's <c>store</c>, true when it is not said.</summary>
    public bool Store { get; set; }

    /// <summary>Input items that stand for others: <c>item_reference</c>.</summary>
    public bool HasItemReferences { get; set; }

    /// <summary>Input items that carry thoughts of other providers, which OpenAI would refuse.</summary>
    public bool HasForeignThoughts { get; set; }
}
