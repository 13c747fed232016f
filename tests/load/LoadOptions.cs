namespace ThinkWatch.Load;

/// <summary>
/// How hard and how long each target is driven, after a warm-up in which the JIT of a dozen processes settles on few cores. The body is a request of
/// <see cref="BodyBytes"/> bytes.
/// </summary>
internal sealed record LoadOptions(int Connections, int Seconds, int WarmUpSeconds, int BodyBytes, int Streams, IReadOnlySet<string> Targets)
{
    public const string Usage =
        "dotnet run -c Release --project tests/load [-- --connections 32 --seconds 10 --warm-up 40 --body-bytes 1024 --streams 2000"
        + " --targets simulator,yarp,gateway,edge,portkey,alone,converted,streams]";

    private static readonly string[] All = ["simulator", "yarp", "gateway", "edge", "portkey", "alone", "converted", "streams"];

    public bool Wants(string target) => Targets.Contains(target);

    /// <exception cref="ArgumentException">An unknown option or target, or a value that is not a number.</exception>
    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions(32, 10, 40, 1024, 2000, All.ToHashSet(StringComparer.Ordinal));
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} wants a value.");
            options = args[i] switch
            {
                "--connections" => options with { Connections = Number(value) },
                "--seconds" => options with { Seconds = Number(value) },
                "--warm-up" => options with { WarmUpSeconds = Number(value) },
                "--body-bytes" => options with { BodyBytes = Number(value) },
                "--streams" => options with { Streams = Number(value) },
                "--targets" => options with { Targets = Names(value) },
                _ => throw new ArgumentException($"There is no option {args[i]}."),
            };
        }

        return options;
    }

    private static int Number(string text) => int.TryParse(text, out var number) && number > 0 ? number : throw new ArgumentException($"{text} is not a positive number.");

    private static HashSet<string> Names(string list)
    {
        var names = list.Split(',').ToHashSet(StringComparer.Ordinal);
        return names.IsSubsetOf(All) ? names : throw new ArgumentException($"Targets are {string.Join(", ", All)}.");
    }
}
