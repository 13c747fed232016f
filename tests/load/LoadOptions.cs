namespace ThinkWatch.Load;

/// <summary>How hard and how long each target is driven, after a warm-up in which the JIT of a dozen processes settles on few cores. The body is a chat request of <see cref="BodyBytes"/> bytes.</summary>
internal sealed record LoadOptions(int Connections, int Seconds, int WarmUpSeconds, int BodyBytes, IReadOnlySet<string> Targets)
{
    private static readonly string[] s_all = ["simulator", "yarp", "gateway", "edge"];

    public static LoadOptions Parse(string[] args)
    {
        int Value(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? int.Parse(args[i + 1]) : otherwise;
        IReadOnlySet<string> Names(string name) => new HashSet<string>(
            Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1].Split(',') : s_all, StringComparer.Ordinal);
        return new LoadOptions(Value("--connections", 32), Value("--seconds", 10), Value("--warm-up", 40), Value("--body-bytes", 1024), Names("--targets"));
    }
}
