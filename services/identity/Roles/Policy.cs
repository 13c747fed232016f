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
        return policy is { Version: 1, Statements: not null } ? policy : throw new JsonException("Expected a policy of version 1.");
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>Resources are "*", "model:glob", "mcp_tool:glob" or "team:id". Absent means "*".</summary>
internal sealed record PolicyStatement(Effect Effect, IReadOnlyList<string> Actions, IReadOnlyList<string>? Resources)
{
    public bool CoversEverything => Resources is null || Resources.Contains("*");

    public bool Names(string permission) => Actions.Any(a => Glob.Matches(a, permission));
}

internal enum Effect
{
    Allow,
    Deny,
}
