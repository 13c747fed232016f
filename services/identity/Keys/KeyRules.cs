using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Principals;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;
using KnownSurfaces = ThinkWatch.Identity.Principals.Surfaces;

namespace ThinkWatch.Identity.Keys;

/// <summary>What a key may look like, and that it grants no more than its owner and whoever makes it have.</summary>
internal static class KeyRules
{
    public const int MaxDays = 3650;

    private const int MaxListed = 500;
    private const int MaxTags = 50;
    private const int MaxGraceHours = 90 * 24;

    public static void CheckName(FieldErrors errors, string? name) =>
        errors.Require(!string.IsNullOrWhiteSpace(name) && name.Length <= 100, "name", "Must have 1 to 100 characters.");

    public static void CheckSurfaces(FieldErrors errors, string[]? surfaces, Principal owner)
    {
        if (surfaces is null or [])
        {
            errors.Add("surfaces", $"Must name at least one of: {string.Join(", ", KnownSurfaces.All)}.");
            return;
        }

        foreach (var surface in surfaces.Distinct())
        {
            if (!KnownSurfaces.All.Contains(surface))
                errors.Add("surfaces", $"There is no surface '{Cut(surface)}'. Known: {string.Join(", ", KnownSurfaces.All)}.");
            else if (!KnownSurfaces.IsUsable(surface, owner.Permissions))
                errors.Add("surfaces", $"The owner's roles do not allow {surface}.");
        }
    }

    public static void CheckPatterns(FieldErrors errors, string field, string[]? patterns) => errors.Require(
        patterns is null || (patterns.Length <= MaxListed && Array.TrueForAll(patterns, p => p is { Length: > 0 and <= 200 })),
        field, $"Must be at most {MaxListed} ids or globs of 1 to 200 characters.");

    public static void CheckLabels(FieldErrors errors, string[]? tags, string? costCenter)
    {
        errors.Require(tags is null || (tags.Length <= MaxTags && Array.TrueForAll(tags, t => t is { Length: > 0 and <= 100 })),
            "tags", $"Must be at most {MaxTags} texts of 1 to 100 characters.");
        errors.Require(costCenter is null || costCenter.Length <= 100, "cost_center", "Must have at most 100 characters.");
    }

    public static void CheckDays(FieldErrors errors, int? days) =>
        errors.Require(days is null or (>= 0 and <= MaxDays), "expires_in_days", $"Must be from 1 to {MaxDays}, or null for never.");

    /// <summary>What the owner's roles do not reach, a key of theirs must not name.</summary>
    public static void CheckWithinRoles(FieldErrors errors, Principal owner, string[]? models, string[]? tools)
    {
        Check("allowed_models", models, new NameLimits(owner.RoleModels?.Items, owner.DeniedModels));
        Check("allowed_mcp_tools", tools, new NameLimits(owner.RoleMcpTools?.Items, owner.DeniedMcpTools));

        void Check(string field, string[]? asked, NameLimits limits)
        {
            foreach (var pattern in (asked ?? []).Where(a => !limits.Covers(a)))
                errors.Add(field, $"The owner's roles do not allow all of '{Cut(pattern)}'.");
        }
    }

    public static void CheckSchedule(FieldErrors errors, string[]? networks, int? rotationDays, int? inactivityDays, int? graceHours, string? cacheScope)
    {
        errors.Require(networks is null || (networks.Length <= MaxListed && Array.TrueForAll(networks, AddressList.IsValid)),
            "ip_allowlist", $"Must be at most {MaxListed} addresses or networks such as 10.0.0.0/8.");
        errors.Require(rotationDays is null or (>= 0 and <= MaxDays), "rotation_period_days", $"Must be from 0 to {MaxDays}.");
        errors.Require(inactivityDays is null or (>= 0 and <= MaxDays), "inactivity_timeout_days", $"Must be from 0 to {MaxDays}.");
        errors.Require(graceHours is null or (>= 0 and <= MaxGraceHours), "grace_period_hours", $"Must be from 0 to {MaxGraceHours}.");
        errors.Require(cacheScope is null or "" or "key" or "user" or "team" or "global", "cache_scope", "Must be key, user, team, global, or empty for the setting.");
    }

    /// <summary>A key that makes a key hands on at most its own surfaces, models and tools.</summary>
    public static void CheckWithin(FieldErrors errors, Principal maker, string[]? surfaces, string[]? models, string[]? tools)
    {
        if (maker.KeyId.Length == 0)
            return;
        foreach (var surface in (surfaces ?? []).Except(maker.Surfaces).Where(KnownSurfaces.All.Contains))
            errors.Add("surfaces", $"The key that makes this request does not have {surface} itself.");
        errors.Require(IsWithin(maker.KeyModels, models), "allowed_models", "The key that makes this request does not have all of these models itself.");
        errors.Require(IsWithin(maker.KeyMcpTools, tools), "allowed_mcp_tools", "The key that makes this request does not have all of these tools itself.");
    }

    /// <summary>Whoever may act with somebody's key has what they have: so nobody gets the secret of a more powerful person's key.</summary>
    public static void RequireCovers(Principal caller, Principal owner)
    {
        if (caller.UserId == owner.UserId)
            return;
        if (owner.PlatformAdmin && !caller.PlatformAdmin)
            throw ApiProblem.Forbidden("Only a platform administrator may handle this person's keys.").AsException();
        var beyond = owner.Permissions.FirstOrDefault(p => !caller.Holds(p))
            ?? owner.TeamGrants.SelectMany(g => g.Permissions.Where(p => !Holds(caller, p, g.TeamId))).FirstOrDefault();
        if (beyond is { } missing)
            throw ApiProblem.Forbidden($"The owner holds {missing}, which you do not: a key would give it to you.").AsException();
    }

    /// <summary>The same of models and tools: what the key is narrowed to counts, where it is.</summary>
    public static void RequireCoversNames(Principal caller, Principal owner, string[]? models, string[]? tools)
    {
        if (caller.UserId == owner.UserId)
            return;
        Check("ai_gateway:use", "models", caller.RoleModels, caller.DeniedModels, models ?? (IReadOnlyList<string>?)owner.RoleModels?.Items, owner.DeniedModels);
        Check("mcp_gateway:use", "tools", caller.RoleMcpTools, caller.DeniedMcpTools, tools ?? (IReadOnlyList<string>?)owner.RoleMcpTools?.Items, owner.DeniedMcpTools);

        void Check(string permission, string what, StringList? mine, IReadOnlyList<string> denied, IReadOnlyList<string>? theirs, IReadOnlyList<string> deniedToThem)
        {
            if (owner.Permissions.Contains(permission) && !new NameLimits(mine?.Items, denied).Covers(new NameLimits(theirs, deniedToThem)))
                throw ApiProblem.Forbidden($"The owner may use {what} that you may not: a key would give them to you.").AsException();
        }
    }

    /// <summary>A key that gets another's secret, by rotating it, reaches no more by it than before.</summary>
    public static void RequireWithin(Principal maker, KeyView key)
    {
        if (maker.KeyId == key.Id.ToString())
            return;
        var errors = new FieldErrors();
        CheckWithin(errors, maker, key.Surfaces, key.AllowedModels, key.AllowedMcpTools);
        if (errors.Any)
            throw ApiProblem.Forbidden("That key reaches more than the one that makes this request.").AsException();
    }

    private static bool Holds(Principal caller, string permission, string team) =>
        caller.Reach(permission) is var reach && (Guid.TryParse(team, out var id) ? reach.Covers(id) : reach is { AllTeams: true, Except.Count: 0 });

    private static bool IsWithin(StringList? own, string[]? asked) =>
        own is null || (asked is not null && Array.TrueForAll(asked, a => own.Items.Any(o => Glob.Matches(o, a))));

    private static string Cut(string text) => text.Length <= 40 ? text : text[..40];
}
