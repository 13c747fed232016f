using Dapper;
using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Rules;

/// <summary>Sets and removes limits: one transaction with its audit entry, and its change for every replica.</summary>
internal sealed class LimitWriter(NpgsqlDataSource database, LimitAccess access, TimeProvider time)
{
    public const string RuleResource = "limit_rule";
    public const string BudgetResource = "limit_budget";
    private static readonly TimeSpan LongestOverride = TimeSpan.FromDays(90);

    /// <exception cref="ApiProblemException">403: more than the caller may give; 412.</exception>
    public async Task<LimitRuleView> SetAsync(HttpContext http, Subject subject, LimitRuleBody body, CancellationToken cancellationToken)
    {
        var rule = Validated(body, http.Caller().OrgId(), subject, time.GetUtcNow());
        await access.RequireWithinAsync(http, subject, rule, cancellationToken);
        return await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await RequireMatchAsync(http, transaction, "rules", subject, token);
                var (before, after) = await RuleStore.UpsertAsync(transaction, rule, token);
                var view = LimitRuleView.Of(after);
                await RecordAsync(transaction, http, RuleResource, view.Id, before is null ? null : LimitRuleView.Of(before), view, token);
                return view;
            },
            cancellationToken);
    }

    /// <inheritdoc cref="SetAsync(HttpContext, Subject, LimitRuleBody, CancellationToken)"/>
    public async Task<BudgetView> SetAsync(HttpContext http, Subject subject, BudgetBody body, CancellationToken cancellationToken)
    {
        var budget = Validated(body, http.Caller().OrgId(), subject, time.GetUtcNow());
        await access.RequireWithinAsync(http, subject, budget, cancellationToken);
        return await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await RequireMatchAsync(http, transaction, "budgets", subject, token);
                var (before, after) = await BudgetStore.UpsertAsync(transaction, budget, token);
                var view = BudgetView.Of(after);
                await RecordAsync(transaction, http, BudgetResource, view.Id, before is null ? null : BudgetView.Of(before), view, token);
                return view;
            },
            cancellationToken);
    }

    /// <exception cref="ApiProblemException">404.</exception>
    public Task RemoveRuleAsync(HttpContext http, Subject subject, Guid id, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            await RequireMatchAsync(http, transaction, "rules", subject, token);
            var gone = await RuleStore.DeleteAsync(transaction, http.Caller().OrgId(), subject.Kind, subject.Id, id, token) ?? throw ApiProblem.NotFound("rule").AsException();
            await RecordAsync(transaction, http, RuleResource, id, LimitRuleView.Of(gone), null, token);
        },
        cancellationToken);

    /// <exception cref="ApiProblemException">404.</exception>
    public Task RemoveBudgetAsync(HttpContext http, Subject subject, Guid id, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            await RequireMatchAsync(http, transaction, "budgets", subject, token);
            var gone = await BudgetStore.DeleteAsync(transaction, http.Caller().OrgId(), subject.Kind, subject.Id, id, token) ?? throw ApiProblem.NotFound("budget").AsException();
            await RecordAsync(transaction, http, BudgetResource, id, BudgetView.Of(gone), null, token);
        },
        cancellationToken);

    /// <summary>Of a subject's rules, or budgets, together: a slot that is still empty has no version of its own.</summary>
    public static long VersionOf(IEnumerable<(Guid Id, DateTimeOffset UpdatedAt)> limits) =>
        ETags.VersionOf(limits.Select(static limit => (limit.Id, ETags.VersionOf(limit.UpdatedAt))));

    /// <summary>For one of many subjects: both of what is asked for, or neither. If-Match names no list here.</summary>
    /// <exception cref="ApiProblemException">400, 403, 422.</exception>
    public async Task<(Guid? RuleId, Guid? BudgetId)> SetBothAsync(HttpContext http, Subject subject, LimitRuleBody? ruleBody, BudgetBody? budgetBody, CancellationToken cancellationToken)
    {
        var rule = ruleBody is null ? null : Validated(ruleBody, http.Caller().OrgId(), subject, time.GetUtcNow());
        var budget = budgetBody is null ? null : Validated(budgetBody, http.Caller().OrgId(), subject, time.GetUtcNow());
        if (rule is not null) await access.RequireWithinAsync(http, subject, rule, cancellationToken);
        if (budget is not null) await access.RequireWithinAsync(http, subject, budget, cancellationToken);
        return await database.InTransactionAsync(
            async (transaction, token) =>
            {
                // Recorded after both: from the first record on other writers wait.
                var rules = rule is null ? default : await RuleStore.UpsertAsync(transaction, rule, token);
                var budgets = budget is null ? default : await BudgetStore.UpsertAsync(transaction, budget, token);
                if (rules.After is { } newRule)
                    await RecordAsync(transaction, http, RuleResource, newRule.Id, rules.Before is { } oldRule ? LimitRuleView.Of(oldRule) : null, LimitRuleView.Of(newRule), token);
                if (budgets.After is { } newBudget)
                    await RecordAsync(transaction, http, BudgetResource, newBudget.Id, budgets.Before is { } oldBudget ? BudgetView.Of(oldBudget) : null, BudgetView.Of(newBudget), token);
                return (rules.After?.Id, budgets.After?.Id);
            },
            cancellationToken);
    }

    private static async Task RequireMatchAsync(HttpContext http, NpgsqlTransaction transaction, string table, Subject subject, CancellationToken cancellationToken)
    {
        if (http.Request.Headers.IfMatch.Count == 0) return;

        // There may be no row to lock. Readers do not wait, and whoever sends no If-Match takes no such lock.
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition($"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE", transaction: transaction, cancellationToken: cancellationToken));
        var stored = await transaction.Connection!.QueryAsync<(Guid, DateTime)>(new CommandDefinition(
            $"SELECT id, updated_at FROM {table} WHERE org_id = @orgId AND subject_kind = @kind AND subject_id = @id",
            new { orgId = http.Caller().OrgId(), kind = subject.Kind, id = subject.Id }, transaction, cancellationToken: cancellationToken));
        http.RequireMatch(VersionOf(stored.Select(static row => (row.Item1, new DateTimeOffset(row.Item2, TimeSpan.Zero)))));
    }

    private static async Task RecordAsync(
        NpgsqlTransaction transaction, HttpContext http, string resource, Guid id, object? before, object? after, CancellationToken cancellationToken)
    {
        var verb = before is null ? "create" : after is null ? "delete" : "update";
        await AuditOutbox.AppendAsync(transaction, http.Audit($"{resource}.{verb}", resource, id.ToString(), before, after), cancellationToken);
        await ChangeLog.AppendAsync(transaction, "rules", default, cancellationToken);
    }

    private static Rule Validated(LimitRuleBody body, Guid orgId, Subject subject, DateTimeOffset now)
    {
        var surfaces = Subjects.SurfacesOf(subject.Kind);
        var errors = new FieldErrors()
            .Require(body.Surface is not null && surfaces.Contains(body.Surface), "surface", $"One of: {string.Join(", ", surfaces.Order())}.")
            .Require(body.Metric is not null && Subjects.Metrics.Contains(body.Metric), "metric", "One of: requests, tokens.")
            .Require(body.WindowSecs is { } window && Windows.IsKnown(window), "window_secs", "One of: 60, 300, 3600, 18000, 86400, 604800.")
            .Require(body.MaxCount is >= 0 and <= 1_000_000_000_000, "max_count", "A whole number from 0 to 1000000000000.");
        Common(errors, body.Mode, body.ExpiresAt, body.Reason, now).ThrowIfAny();
        return new Rule(
            Guid.CreateVersion7(), orgId, subject.Kind, subject.Id, body.Surface!, body.Metric!, body.WindowSecs!.Value, body.MaxCount!.Value,
            body.Enabled ?? true, body.ExpiresAt, body.Reason, now, now)
        { Mode = body.Mode ?? Modes.Soft };
    }

    private static Budget Validated(BudgetBody body, Guid orgId, Subject subject, DateTimeOffset now)
    {
        if (!Subjects.MayHaveBudgets(subject.Kind)) throw ApiProblem.Unprocessable($"There are no budgets of {subject.Kind}: its calls have no price.").AsException();
        var errors = new FieldErrors()
            .Require(Calendar.Parse(body.Period) is not null, "period", "One of: daily, weekly, monthly.")
            .Require(body.Unit is not null && Subjects.Units.Contains(body.Unit), "unit", "One of: tokens, usd.")
            .Require(
                body.Limit is >= 0 and <= 1_000_000_000 && (body.Unit == "usd" || body.Limit == decimal.Truncate(body.Limit.Value)),
                "limit",
                "From 0 to 1000000000; whole when it is in tokens.");
        Common(errors, body.Mode, body.ExpiresAt, body.Reason, now).ThrowIfAny();
        return new Budget(
            Guid.CreateVersion7(), orgId, subject.Kind, subject.Id, body.Period!, body.Unit!, Amounts.Stored(body.Unit!, body.Limit!.Value), body.Mode ?? Modes.Soft,
            body.Enabled ?? true, body.ExpiresAt, body.Reason, now, now);
    }

    private static FieldErrors Common(FieldErrors errors, string? mode, DateTimeOffset? expiresAt, string? reason, DateTimeOffset now) => errors
        .Require(mode is null || Modes.All.Contains(mode), "mode", "One of: soft, strict.")
        .Require(expiresAt is not { } end || (end > now && end <= now + LongestOverride), "expires_at", "In the future, at most 90 days ahead.")
        .Require(reason is not { Length: > 500 }, "reason", "At most 500 characters.");
}

/// <summary>Dollars are counted in millionths.</summary>
internal static class Amounts
{
    private const decimal MicrosPerUsd = 1_000_000m;

    public static long Stored(string unit, decimal amount) => (long)(unit == "usd" ? decimal.Round(amount * MicrosPerUsd) : amount);

    /// <summary>The three kinds of numbers, as the API names them.</summary>
    public static string UnitOf(Metric metric) => metric switch { Metric.Requests => "requests", Metric.Tokens => "weighted_tokens", _ => "usd" };

    public static decimal Shown(Metric metric, long amount) => metric == Metric.Usd ? amount / MicrosPerUsd : amount;
}
