using System.Text.Json;
using System.Text.Json.Serialization;

namespace ThinkWatch.Identity.Roles;

/// <summary>What a role says: <c>{"version":1,"statements":[{"effect":"allow","actions":["keys:*"],"resources":["*"]}]}</c>.</summary>
internal sealed record Policy(int Version, IReadOnlyList<PolicyStatement> Statements)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static Policy Allow(params IReadOnlyList<string> actions) => new(1, [new PolicyStatement(Effect.Allow, actions, ["*"])]);

    /// <exception cref="JsonException">The text is no policy.</exception>
    public static Policy Parse(string json)
    {
        var policy = JsonSerializer.Deserialize<Policy>(json, Json);
        return policy is { Version: 1, Statements: not null } && policy.Statements.All(s => s is { Actions: not null })
            ? policy
            : throw new JsonException("Expected a policy of version 1.");
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>
/// Resources are "*", "model:glob", "mcp_tool:glob", "team:id" or "team:*". Absent means "*". Team resources say where the statement counts; the
/// others which models or tools the right to use them reaches.
/// </summary>
internal sealed record PolicyStatement(Effect Effect, IReadOnlyList<string> Actions, IReadOnlyList<string>? Resources)
{
    public const string Everything = "*";
    public const string TeamPrefix = "team:";
    public const string ModelPrefix = "model:";
    public const string ToolPrefix = "mcp_tool:";

    [JsonIgnore]
    public bool CoversEverything => Resources is null || Resources.Contains(Everything);

    [JsonIgnore]
    public bool NamesTeams => !CoversEverything && Resources!.Any(r => r.StartsWith(TeamPrefix, StringComparison.Ordinal));

    /// <summary>No models or tools are named: it is about all of them.</summary>
    [JsonIgnore]
    public bool CoversAllNames => CoversEverything || Resources!.All(r => r.StartsWith(TeamPrefix, StringComparison.Ordinal));

    public bool Names(string permission) => Actions.Any(a => Glob.Matches(a, permission));

    /// <summary>The globs after "model:" or "mcp_tool:".</summary>
    public IEnumerable<string> Globs(string prefix) =>
        (Resources ?? []).Where(r => r.StartsWith(prefix, StringComparison.Ordinal)).Select(r => r[prefix.Length..]);
}

internal enum Effect
{
    Allow,
    Deny,
}
