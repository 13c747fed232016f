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

    /// <summary>Azure as well, called in its older form: the deployment stands in the path, and there is no Responses API.</summary>
    public const string Deployed = "deployed-";

    /// <summary>One of each type of provider.</summary>
    public static readonly string[] Types = [Custom, OpenAi, Anthropic, Google, Azure, Bedrock];

    /// <summary>Every form in which providers are called.</summary>
    public static readonly string[] All = [.. Types, Deployed];

    /// <summary>Whether it is served by OpenAI's chat, which shows nobody its thoughts.</summary>
    public static bool HidesThoughts(string models, bool overResponses) => models == Deployed || (!overResponses && models is OpenAi or Azure);
}
