namespace ThinkWatch.Conformance.Tests.Agents;

/// <summary><c>@anthropic-ai/claude-code</c> without a terminal: one prompt, answered to the end, with its own tools and system prompt.</summary>
internal static class ClaudeCode
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Null where the package has no program for this machine.</summary>
    public static string? Program => Workplace.FirstFile("@anthropic-ai", "claude-code-*", "", "claude");

    /// <summary>Looks at a picture, then reads a note with a command. Answers the events of the session, a JSON object a line.</summary>
    public static async Task<string> RunAsync(string program, string gateway, string apiKey, string model)
    {
        using var workplace = new Workplace();
        var prompt = "Do this: [[call Read {\"file_path\":\"" + workplace.Picture + "\"}]] then [[call Bash {\"command\":\"cat " + workplace.Note + "\"}]]";
        string[] arguments = ["-p", prompt, "--output-format", "stream-json", "--verbose", "--allowedTools", "Read Bash"];
        return await ClientProcess.RunAsync(
            program,
            arguments,
            workplace.Folder,
            environment =>
            {
                workplace.Isolate(environment);
                environment["CLAUDE_CONFIG_DIR"] = Path.Combine(workplace.Home, ".claude");
                environment["ANTHROPIC_BASE_URL"] = gateway;
                environment["ANTHROPIC_AUTH_TOKEN"] = apiKey;
                environment["ANTHROPIC_MODEL"] = model;
                environment["ANTHROPIC_DEFAULT_HAIKU_MODEL"] = model;
                environment["MAX_THINKING_TOKENS"] = "4000";
                environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1";
                environment["DISABLE_TELEMETRY"] = "1";
                environment["DISABLE_ERROR_REPORTING"] = "1";
                environment["DISABLE_AUTOUPDATER"] = "1";
            },
            s_patience);
    }
}
