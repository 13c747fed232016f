using System.CommandLine;
using System.Globalization;

namespace ThinkWatch.AppHost;

/// <summary>The AppHost's own options. Aspire's pass through to its builder.</summary>
internal sealed record AppHostOptions(
    int GatewayPort, int ConsolePort, int Replicas, string? DataDirectory, bool Reset, bool BuildConsole, bool Containers, bool FetchOnly, string[] AspireArguments)
{
    /// <summary>More would only share this machine's cores and the store's connections among them.</summary>
    private const int MostReplicas = 5;

    private static readonly string[] AspireOptions = ["--publisher", "--output-path", "--operation", "--step", "--log-level", "--environment"];

    public static int ExitCode { get; private set; }

    /// <summary>Null if there is nothing to run: help was asked for, or the arguments are wrong.</summary>
    public static AppHostOptions? Parse(string[] args)
    {
        var gatewayPort = Port("--gateway-port", "Port for AI and MCP clients", 3000);
        var consolePort = Port("--console-port", "Port for the console and its management API", 3001);
        var replicas = Number("--replicas", $"How many of each service run, all but edge; at most {MostReplicas}", 1, 1, MostReplicas);
        var dataDirectory = new Option<DirectoryInfo?>("--data-dir") { Description = "Where data, secrets and run.json live [default: .thinkwatch]" };
        var reset = new Option<bool>("--reset") { Description = "Delete all data and secrets first; downloads are kept" };
        var noConsole = new Option<bool>("--no-console-build") { Description = "Serve the console as it was built last" };
        var containers = new Option<bool>("--containers") { Description = "Stores from containers instead of the embedded ones (build with -p:UseStandIns=false)" };
        var fetch = new Option<bool>("--fetch") { Description = "Only fetch what the embedded stores need, and end" };
        var publisher = new Option<string?>("--publisher") { Description = "'manifest': write the deployment manifest and end" };
        var outputPath = new Option<string?>("--output-path") { Description = "The manifest's file" };
        var command = new RootCommand("Runs the whole ThinkWatch fleet on this machine: stores, services, gateway and console.")
        {
            gatewayPort, consolePort, replicas, dataDirectory, reset, noConsole, containers, fetch, publisher, outputPath,
        };
        command.TreatUnmatchedTokensAsErrors = false;

        AppHostOptions? options = null;
        command.SetAction(result =>
        {
            // An unknown word would be a typing error that Aspire's configuration swallows in silence.
            var unmatched = result.UnmatchedTokens;
            if (unmatched.FirstOrDefault(t => t.StartsWith('-') && !AspireOptions.Contains(t.Split('=')[0]) && !t.Contains(':')) is { } unknown)
            {
                Console.Error.WriteLine($"Unknown option {unknown}. See --help.");
                return 1;
            }

            string[] aspire =
            [
                .. result.GetValue(publisher) is { } name ? (string[])["--publisher", name] : [],
                .. result.GetValue(outputPath) is { } path ? (string[])["--output-path", path] : [],
                .. unmatched,
            ];
            options = new(
                result.GetValue(gatewayPort), result.GetValue(consolePort), result.GetValue(replicas), result.GetValue(dataDirectory)?.FullName,
                result.GetValue(reset), !result.GetValue(noConsole), result.GetValue(containers), result.GetValue(fetch), aspire);
            return 0;
        });

        ExitCode = command.Parse(args).Invoke();
        return options;
    }

    private static Option<int> Port(string name, string description, int usual) => Number(name, $"{description}; 0 chooses a free one", usual, 0, 65_535);

    private static Option<int> Number(string name, string description, int usual, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            // By its text: asking for the value of what is no number throws.
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < least || value > most))
                result.AddError($"{name} must be a number between {least} and {most}.");
        });
        return option;
    }
}
