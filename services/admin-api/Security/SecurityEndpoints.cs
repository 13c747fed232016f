using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;
using ThinkWatch.ManagementApi;
using ThinkWatch.Settings;

namespace ThinkWatch.AdminApi.Security;

internal static class SecurityEndpoints
{
    private const int MostRules = 500;
    private const int LongestText = 1 << 20;

    public static void MapSecurity(this IEndpointRouteBuilder routes)
    {
        var security = routes.MapGroup("/api/admin/security").WithTags("Security");
        security.MapGet("/content-rules", ListAsync).RequirePermission("content_filter:read").WithName("listContentRules").WithSummary("List content rules");
        security.MapPost("/content-rules", CreateAsync).RequirePermission("content_filter:write").WithName("createContentRule").WithSummary("Add a content rule");
        security.MapGet("/content-rules/{id:guid}", GetAsync).RequirePermission("content_filter:read").WithName("getContentRule").WithSummary("Read a content rule");
        security.MapPatch("/content-rules/{id:guid}", UpdateAsync).RequirePermission("content_filter:write").WithName("updateContentRule").WithSummary("Change a content rule");
        security.MapDelete("/content-rules/{id:guid}", DeleteAsync).RequirePermission("content_filter:write").WithName("deleteContentRule").WithSummary("Delete a content rule");
        security.MapGet("/presets", Presets).RequirePermission("content_filter:read", "pii:read").WithName("listSecurityPresets").WithSummary("What rules and redaction may be made of");
        security.MapPost("/test", TestAsync).RequirePermission("content_filter:read", "pii:read").WithName("testSecurity").WithSummary("Try a text against what is in force, as far as the caller may see it");
        security.MapGet("/hits", HitsAsync).RequirePermission("content_filter:read", "pii:read").WithName("listSecurityHits").WithSummary("How often each rule and pattern was hit in the last days (days = 7)");
    }

    private static async Task<Ok<Page<ContentRuleView>>> ListAsync(HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rules = await ContentRuleStore.ListAsync(connection, http.Caller().OrgId(), cancellationToken);
        return TypedResults.Ok(new Page<ContentRuleView>([.. rules.Select(static rule => rule.View())], NextCursor: null));
    }

    private static async Task<Ok<ContentRuleView>> GetAsync(HttpContext http, Guid id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rule = await ContentRuleStore.FindAsync(connection, http.Caller().OrgId(), id, forUpdate: false, cancellationToken) ?? throw Missing();
        http.SetETag(rule.Version);
        return TypedResults.Ok(rule.View());
    }

    private static async Task<Created<ContentRuleView>> CreateAsync(HttpContext http, ContentRuleCreate body, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var rule = new ContentRule { Id = Guid.CreateVersion7(), OrgId = http.Caller().OrgId() };
        var errors = new FieldErrors();
        rule.Apply(body.AsPatch(), errors);
        errors.ThrowIfAny();
        var view = await changes.MakeAsync(
            async (transaction, token) =>
            {
                if (await ContentRuleStore.CountAsync(transaction.Connection!, rule.OrgId, token) >= MostRules)
                    throw ApiProblem.Conflict($"There are {MostRules} content rules already: every call passes all of them.").AsException();
                await ContentRuleStore.InsertAsync(transaction, rule, token);
                var stored = (await ContentRuleStore.FindAsync(transaction.Connection!, rule.OrgId, rule.Id, forUpdate: false, token))!.View();
                return new Change<ContentRuleView>(stored, http.Audit("content_rule.create", "content_rule", rule.Id.ToString(), after: stored));
            },
            cancellationToken);
        http.SetETag(rule.Version);
        return TypedResults.Created($"/api/admin/security/content-rules/{view.Id}", view);
    }

    private static async Task<Ok<ContentRuleView>> UpdateAsync(HttpContext http, Guid id, ContentRulePatch body, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var updated = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var rule = await ContentRuleStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(rule.Version);
                var before = rule.View();
                var errors = new FieldErrors();
                rule.Apply(body, errors);
                errors.ThrowIfAny();
                await ContentRuleStore.UpdateAsync(transaction, rule, token);
                var stored = (await ContentRuleStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: false, token))!;
                return new Change<ContentRule>(stored, http.Audit("content_rule.update", "content_rule", id.ToString(), before, stored.View()));
            },
            cancellationToken);
        http.SetETag(updated.Version);
        return TypedResults.Ok(updated.View());
    }

    private static async Task<NoContent> DeleteAsync(HttpContext http, Guid id, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        await changes.MakeAsync(
            async (transaction, token) =>
            {
                var rule = await ContentRuleStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(rule.Version);
                await ContentRuleStore.DeleteAsync(transaction, orgId, id, token);
                return new Change<Guid>(id, http.Audit("content_rule.delete", "content_rule", id.ToString(), before: rule.View()));
            },
            cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<SecurityPresets> Presets() => TypedResults.Ok(new SecurityPresets(
        [.. PiiPattern.All.Select(static pattern => new PiiPatternView(pattern.Name, pattern.Label, pattern.Description, pattern.OnByDefault))],
        [.. RulePreset.All.Select(static preset => new RulePresetView(preset.Name, preset.Description))]));

    private static async Task<Ok<SandboxResult>> TestAsync(HttpContext http, SandboxRequest body, NpgsqlDataSource database, ISettings settings, CancellationToken cancellationToken)
    {
        new FieldErrors().Require(body.Text is not null, "text", "is required").Require(body.Text is not { Length: > LongestText }, "text", $"must not be longer than {LongestText} characters").ThrowIfAny();
        var caller = http.Caller();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rules = (caller.Holds("content_filter:read") ? await ContentRuleStore.ListAsync(connection, caller.OrgId(), cancellationToken) : [])
            .Where(static rule => rule.Enabled).Select(static rule => rule.Compile(out _)).OfType<Guard.Rules.ContentRule>().ToLookup(static rule => rule.Scope);
        var pii = caller.Holds("pii:read") && settings.Get(SettingsRegistry.Security.PiiRedaction)
            ? PiiScanner.Of(settings.Get(SettingsRegistry.Security.PiiPatterns), settings.Get(SettingsRegistry.Security.PiiCustomPatterns))
            : PiiScanner.Off;
        var hits = new GuardHits();
        try
        {
            var trial = GuardSandbox.Try(body.Text!, new GuardRules(pii, [.. rules[RuleScope.Input]], [.. rules[RuleScope.Output]]), body.Scope ?? RuleScope.Input, hits);
            return TypedResults.Ok(new SandboxResult(
                trial.Redacted,
                hits.BlockedBy is not null,
                [.. hits.Entries.Select(static hit => new SandboxHit(hit.Rule, hit.Scope, hit.Action, hit.Severity, hit.Count))],
                [.. trial.Marks.Select(static mark => new SandboxMark(mark.Start, mark.Length, mark.Rule))],
                [.. trial.Edits.Select(static edit => new SandboxEdit(edit.Start, edit.Length, edit.Text))]));
        }
        catch (GuardBudgetException exception)
        {
            throw ApiProblem.Invalid("text", exception.Message).AsException();
        }
    }

    private static async Task<Ok<GuardHitReport>> HitsAsync(HttpContext http, int? days, GuardHitReader reader, CancellationToken cancellationToken)
    {
        if (days is < 1 or > GuardHitReader.MostDays)
            throw ApiProblem.Invalid("days", $"must be between 1 and {GuardHitReader.MostDays}").AsException();
        var caller = http.Caller();
        var report = await reader.ReadAsync(caller.OrgId(), days ?? GuardHitReader.DefaultDays, cancellationToken);
        return TypedResults.Ok(report with { Items = [.. report.Items.Where(hit => caller.Holds(hit.IsPersonalData ? "pii:read" : "content_filter:read"))] });
    }

    private static ApiProblemException Missing() => ApiProblem.NotFound("content rule").AsException();
}
