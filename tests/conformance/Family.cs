namespace ThinkWatch.Conformance.Tests;

/// <summary>What the names of simulated models begin with: it says which kind of provider they are served by.</summary>
internal static class Family
{
    public const string Custom = "";
    public const string OpenAi = "gpt-";
    public const string Anthropic = "claude-";
    public const string Google = "gemini-";
    public const string Azure = "azure-";
    public const string Bedrock = "bedrock-";

    public static readonly string[] All = [Custom, OpenAi, Anthropic, Google, Azure, Bedrock];
}
