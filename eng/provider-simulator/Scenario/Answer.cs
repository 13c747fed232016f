namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>The neutral script of one answer. Every format renders it in its own words. The same request bytes always give the same answer.</summary>
internal sealed class Answer
{
    /// <summary>Fixed, so that answers are deterministic: 2026-01-01T00:00:00Z.</summary>
    public const long Created = 1_767_225_600;

    public required Prompt Prompt { get; init; }

    public required Behaviour Behaviour { get; init; }

    /// <summary><c>sim-</c> and 24 hexadecimal digits.</summary>
    public required string Id { get; init; }

    public required List<Block> Blocks { get; init; }

    public required Stop Stop { get; init; }

    public string? StopSequence { get; init; }

    public required Usage Usage { get; init; }

    public bool ReportsUsage => !Behaviour.NoUsage;
}

internal enum Stop
{
    End,
    Tool,
    Length,
    StopSequence,
    Refusal,

    /// <summary>The prompt was blocked: no content.</summary>
    Blocked,

    /// <summary>The answer was cut off.</summary>
    Filter,
}

/// <summary>A part of an answer, in the fragments in which a stream sends it.</summary>
internal abstract record Block(string[] Pieces)
{
    public string Whole => string.Concat(Pieces);
}

internal sealed record TextBlock(string[] Pieces) : Block(Pieces);

internal sealed record RefusalBlock(string[] Pieces) : Block(Pieces);

/// <summary>Thinking that must come back unchanged. <see cref="Redacted"/>: only as a sealed blob.</summary>
internal sealed record ThinkingBlock(string[] Pieces, bool Redacted, bool Visible) : Block(Pieces);

/// <summary>A tool call; the pieces are its arguments.</summary>
internal sealed record ToolBlock(int Number, ToolSpec Tool, string[] Pieces, bool AfterThinking) : Block(Pieces);

/// <summary>Input is everything the prompt took, cached or not; output is everything that was made, reasoning included.</summary>
internal sealed record Usage(int Input, int Output, int Reasoning, int CacheRead, int CacheWrite5m, int CacheWrite1h)
{
    public int CacheWrite => CacheWrite5m + CacheWrite1h;

    public int Fresh => Input - CacheRead - CacheWrite;
}
