namespace ThinkWatch.Identity.Roles;

/// <summary>
/// What a set of policies comes to: the permissions held everywhere and the models they reach (null = all). Deny wins over allow; nothing is
/// allowed by absence. Immutable.
/// </summary>
internal sealed record EffectivePermissions(IReadOnlyList<string> Permissions, IReadOnlyList<string>? Models)
{
    private const string ModelPrefix = "model:";
    private const string UseModels = "ai_gateway:use";

    public static EffectivePermissions Of(IReadOnlyList<Policy> policies)
    {
        var statements = policies.SelectMany(p => p.Statements).ToList();
        var held = PermissionCatalog.Keys.Where(key => IsAllowed(statements, key)).ToList();
        return new EffectivePermissions(held, ModelsOf(statements));
    }

    public bool Covers(EffectivePermissions other) => other.Permissions.All(Permissions.Contains);

    private static bool IsAllowed(List<PolicyStatement> statements, string key)
    {
        var allowed = false;
        foreach (var statement in statements)
        {
            if (!statement.Names(key))
                continue;
            // A deny of one model leaves the surface itself usable; a deny of everything does not.
            if (statement.Effect == Effect.Deny && statement.CoversEverything)
                return false;
            if (statement.Effect == Effect.Allow)
                allowed |= statement.CoversEverything || key == UseModels;
        }

        return allowed;
    }

    private static List<string>? ModelsOf(List<PolicyStatement> statements)
    {
        var models = new List<string>();
        foreach (var statement in statements.Where(s => s.Effect == Effect.Allow && s.Names(UseModels)))
        {
            if (statement.CoversEverything)
                return null;
            models.AddRange(statement.Resources!.Where(r => r.StartsWith(ModelPrefix, StringComparison.Ordinal)).Select(r => r[ModelPrefix.Length..]));
        }

        return models;
    }
}
