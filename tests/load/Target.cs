namespace ThinkWatch.Load;

/// <summary>Something that answers chat completions, and the processes that it takes.</summary>
internal sealed record Target(string Name, Uri Address, string? Key, IReadOnlyDictionary<string, IReadOnlyList<int>> Processes)
{
    /// <summary>Headers beside the key.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public Call Chat(int bodyBytes) => new(new Uri(Address, "/v1/chat/completions"), Key, Calls.Chat(Calls.Model, bodyBytes), Headers);
}

/// <summary>One POST of JSON that is made again and again.</summary>
internal sealed record Call(Uri Url, string? Key, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>The bodies that are sent.</summary>
internal static class Calls
{
    public const string Model = "sim-chat";

    /// <summary>Reaches the simulator as Anthropic by its prefix.</summary>
    public const string NativeModel = "claude-sim-chat";

    /// <summary>Streams a word every two seconds.</summary>
    public const string Drip = "sim-drip-2000";

    public static string Chat(string model, int bytes) => Padded($$"""{"model":"{{model}}","messages":[{"role":"user","content":"#"}]}""", bytes);

    public static string Messages(string model, int bytes) => Padded($$"""{"model":"{{model}}","max_tokens":256,"messages":[{"role":"user","content":"#"}]}""", bytes);

    public static string Stream(string model) => $$"""{"model":"{{model}}","stream":true,"messages":[{"role":"user","content":"hello"}]}""";

    private static string Padded(string body, int bytes) => body.Replace("#", new string('x', Math.Max(1, bytes - body.Length + 1)), StringComparison.Ordinal);
}
