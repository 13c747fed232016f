namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Which format is spoken where.</summary>
internal static class Formats
{
    public static Format At(string path) => path switch
    {
        _ when path.EndsWith("/chat/completions", StringComparison.Ordinal) => Format.Chat,
        _ when path.EndsWith("/responses", StringComparison.Ordinal) => Format.Responses,
        _ when path.EndsWith("/messages", StringComparison.Ordinal) => Format.Messages,
        _ when path.Contains("enerateContent", StringComparison.Ordinal) => Format.Gemini,
        _ when path.Contains("/converse", StringComparison.Ordinal) => Format.Converse,
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no format is known there"),
    };
}
