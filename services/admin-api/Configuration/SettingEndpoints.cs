using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;
using ThinkWatch.Settings;

namespace ThinkWatch.AdminApi.Configuration;

internal static class SettingEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        var settings = routes.MapGroup("/api/admin/settings").WithTags("Settings");
        settings.MapGet("", ListAsync).RequirePermission("settings:read", "pii:read").WithName("listSettings").WithSummary("Every setting, grouped, with its range and default");
        settings.MapGet("/category/{category}", GetAsync).RequirePermission("settings:read", "pii:read").WithName("getSettingCategory").WithSummary("The settings of one category");
        settings.MapPatch("", UpdateAsync).RequirePermission("settings:write", "pii:write").WithName("updateSettings").WithSummary("Change settings: all or none; null puts the default back");
    }

    private static async Task<Ok<SettingsView>> ListAsync(HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var stored = await SettingStore.ReadAsync(connection, cancellationToken);
        http.SetETag(VersionOf(stored));
        return TypedResults.Ok(View(stored, http.Caller()));
    }

    private static async Task<Ok<SettingCategoryView>> GetAsync(HttpContext http, string category, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var stored = await SettingStore.ReadAsync(connection, cancellationToken);
        var found = View(stored, http.Caller()).Categories.FirstOrDefault(c => c.Category == category) ?? throw ApiProblem.NotFound("category").AsException();
        http.SetETag(VersionOf(stored));
        return TypedResults.Ok(found);
    }

    private static async Task<Ok<SettingsView>> UpdateAsync(HttpContext http, SettingsPatch body, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var given = body.Settings ?? throw ApiProblem.Invalid("settings", "is required").AsException();
        var caller = http.Caller();
        foreach (var key in given.Keys)
            caller.MustHold($"{PermissionOf(key)}:write");
        Validate(given);
        var (view, version) = await changes.MakeAsync(
            async (transaction, token) =>
            {
                await SettingStore.HoldAsync(transaction, token);

                // Settings are the installation's, not an organisation's: where there are several, only its administrator changes them.
                if (!caller.PlatformAdmin && await SettingStore.IsSharedByOthersAsync(transaction, caller.OrgId(), token))
                    throw ApiProblem.Forbidden("Settings apply to every organisation: only a platform administrator may change them.").AsException();
                var before = await SettingStore.ReadAsync(transaction.Connection!, token);
                http.RequireMatch(VersionOf(before));
                var audit = new List<AuditEntry>();
                foreach (var (key, value) in given)
                {
                    var was = Value(key, before);
                    var now = value.ValueKind == JsonValueKind.Null ? SettingsRegistry.ByKey[key].DefaultJson : JsonNode.Parse(value.GetRawText());
                    if (JsonNode.DeepEquals(was, now))
                        continue;
                    if (value.ValueKind == JsonValueKind.Null)
                        await SettingStore.ClearAsync(transaction, key, token);
                    else
                        await SettingStore.WriteAsync(transaction, caller.OrgId(), caller.UserEmail, key, value.GetRawText(), token);
                    audit.Add(http.Audit("settings.update", "setting", key, was, now));
                }

                var after = await SettingStore.ReadAsync(transaction.Connection!, token);
                return new Change<(SettingsView, long)>((View(after, caller), VersionOf(after)), [.. audit]);
            },
            cancellationToken);
        http.SetETag(version);
        return TypedResults.Ok(view);
    }

    /// <summary>Of all of them: they are changed together, and a category has no row of its own.</summary>
    private static long VersionOf(Dictionary<string, StoredSetting> stored) =>
        ETags.VersionOf(stored.Values.Select(static setting => $"{setting.Key}:{ETags.VersionOf(setting.ChangedAt)}"));

    private static void Validate(IReadOnlyDictionary<string, JsonElement> given)
    {
        var errors = new FieldErrors();
        foreach (var (key, value) in given)
        {
            if (!SettingsRegistry.ByKey.TryGetValue(key, out var setting))
                errors.Add(key, "is not a setting");
            else if (value.ValueKind != JsonValueKind.Null && setting.Validate(value) is { } wrong)
                errors.Add(key, wrong);
        }

        errors.ThrowIfAny();
    }

    /// <summary>What personal data is replaced is a matter of its own.</summary>
    private static string PermissionOf(string key) => key.StartsWith("security.pii_", StringComparison.Ordinal) ? "pii" : "settings";

    /// <summary>Whoever may change a setting sees what they changed.</summary>
    private static bool IsShown(Setting setting, Principal caller) =>
        PermissionOf(setting.Key) is var permission && (caller.Holds($"{permission}:read") || caller.Holds($"{permission}:write"));

    private static SettingsView View(Dictionary<string, StoredSetting> stored, Principal caller) => new(
    [
        .. SettingsRegistry.All.Where(setting => IsShown(setting, caller)).GroupBy(static setting => setting.Category)
            .Select(category => new SettingCategoryView(category.Key, [.. category.Select(setting => View(setting, stored))])),
    ]);

    private static SettingView View(Setting setting, Dictionary<string, StoredSetting> stored)
    {
        var changed = stored.GetValueOrDefault(setting.Key);
        return new SettingView
        {
            Key = setting.Key,
            Tab = setting.Tab,
            Type = setting.Type,
            Description = setting.Description,
            Value = Value(setting.Key, stored),
            Default = setting.DefaultJson,
            Minimum = setting.Minimum,
            Maximum = setting.Maximum,
            Choices = setting.Choices,
            ChangedBy = changed?.ChangedBy,
            ChangedAt = changed?.ChangedAt,
        };
    }

    private static JsonNode? Value(string key, Dictionary<string, StoredSetting> stored) =>
        stored.TryGetValue(key, out var changed) ? JsonNode.Parse(changed.Json) : SettingsRegistry.ByKey[key].DefaultJson;
}
