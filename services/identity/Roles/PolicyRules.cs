using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

/// <summary>Whether a policy means something: every action names a permission, every resource a kind that its actions know.</summary>
internal static class PolicyRules
{
    private const int MaxStatements = 100;
    private const int MaxListed = 200;
    private const int MaxLength = 200;

    public static void Check(FieldErrors errors, string field, Policy? policy)
    {
        if (policy is null)
        {
            errors.Add(field, "Is required.");
            return;
        }

        errors.Require(policy.Version == 1, $"{field}.version", "Must be 1.");
        if (policy.Statements is null || policy.Statements.Count > MaxStatements)
        {
            errors.Add($"{field}.statements", $"Must be a list of at most {MaxStatements} statements.");
            return;
        }

        for (var i = 0; i < policy.Statements.Count; i++)
            Check(errors, $"{field}.statements[{i}]", policy.Statements[i]);
    }

    private static void Check(FieldErrors errors, string field, PolicyStatement? statement)
    {
        if (statement?.Actions is null or { Count: 0 or > MaxListed })
        {
            errors.Add($"{field}.actions", $"Must name 1 to {MaxListed} permissions or globs.");
            return;
        }

        foreach (var action in statement.Actions)
            errors.Require(action is { Length: <= MaxLength } && PermissionCatalog.Keys.Any(k => Glob.Matches(action, k)), $"{field}.actions", $"'{Cut(action)}' names no permission.");
        if (statement.Resources is { } resources)
        {
            errors.Require(resources.Count is > 0 and <= MaxListed, $"{field}.resources", $"Must name 1 to {MaxListed} resources, or be absent for all.");
            foreach (var resource in resources)
                errors.Require(resource is { Length: <= MaxLength } && Fits(resource, statement), $"{field}.resources", Explain(resource));
        }
    }

    private static bool Fits(string resource, PolicyStatement statement)
    {
        if (resource == PolicyStatement.Everything)
            return true;
        if (Rest(resource, PolicyStatement.TeamPrefix) is { } team)
            return team == PolicyStatement.Everything || Guid.TryParse(team, out _);
        if (Rest(resource, PolicyStatement.ModelPrefix) is { Length: > 0 })
            return Names(statement, "ai_gateway:use");
        return Rest(resource, PolicyStatement.ToolPrefix) is { Length: > 0 } && (Names(statement, "mcp_gateway:use") || Names(statement, "mcp:connect"));
    }

    private static bool Names(PolicyStatement statement, string key) => statement.Actions.Any(a => a is not null && Glob.Matches(a, key));

    private static string? Rest(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static string Explain(string? resource) =>
        $"'{Cut(resource)}' does not fit. Known: *, team:* or team:<id>, model:<glob> with ai_gateway:use, mcp_tool:<glob> with mcp_gateway:use or mcp:connect.";

    private static string Cut(string? text) => text is null ? "" : text.Length <= 60 ? text : text[..60];
}
