namespace ThinkWatch.Conformance.Tests.Agents;

/// <summary><c>@openai/codex</c> <c>exec</c>: one prompt, answered to the end, over the Responses API.</summary>
internal static class Codex
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Null where the package has no program for this machine.</summary>
    public static string? Program => Workplace.FirstFile("@openai", "codex-*", "vendor", "codex");

    /// <summary>Looks at a picture, then reads a note with a command. Answers the events of the session, a JSON object a line.</summary>
    public static async Task<string> RunAsync(string program, string gateway, string apiKey, string model)
    {
        using var workplace = new Workplace();
        await File.WriteAllTextAsync(Path.Combine(workplace.Home, "config.toml"), $"""
            model = "{model}"
            model_provider = "thinkwatch"
            model_reasoning_effort = "low"
            model_reasoning_summary = "auto"
            check_for_update_on_startup = false
            [analytics]
            enabled = false
            [model_providers.thinkwatch]
            name = "ThinkWatch"
            base_url = "{gateway}/v1"
            env_key = "THINKWATCH_KEY"
            wire_api = "responses"
            request_max_retries = 0
            stream_max_retries = 0
            """);
        var prompt = "Do this: [[call view_image {\"path\":\"" + workplace.Picture + "\"}]] then [[call exec_command {\"cmd\":\"cat " + workplace.Note + "\"}]]";
        string[] arguments = ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt];
        return await ClientProcess.RunAsync(
            program,
            arguments,
            workplace.Folder,
            environment =>
            {
                workplace.Isolate(environment);
                environment["CODEX_HOME"] = workplace.Home;
                environment["THINKWATCH_KEY"] = apiKey;
            },
            s_patience);
    }
}
