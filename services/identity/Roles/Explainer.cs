using Dapper;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

internal sealed record ExplainQuery(
    [FromQuery(Name = "user_id")] Guid? UserId, [FromQuery(Name = "permission")] string? Permission, [FromQuery(Name = "team_id")] Guid? TeamId,
    [FromQuery(Name = "resource")] string? Resource);

/// <summary>A statement that had a say. outcome: allows | denies | not_here (it counts in other teams) | not_this (other models or tools).</summary>
internal sealed record ExplainedStatement(
    string Role, Guid RoleId, Guid? AssignedInTeam, int Statement, Effect Effect, IReadOnlyList<string> Actions, IReadOnlyList<string>? Resources, string Outcome);

/// <summary>reason_code: allowed | disabled | denied | not_allowed | not_this_resource; reason says it in words.</summary>
internal sealed record Explanation(Guid UserId, string Permission, bool Allowed, string ReasonCode, string Reason, IReadOnlyList<ExplainedStatement> Statements);

/// <summary>Says why: by the very evaluation that decides, and every statement that names the permission.</summary>
internal sealed class Explainer(NpgsqlDataSource database)
{
    private const string Allowed = "allowed";

    public async Task<Explanation> ExplainAsync(HttpContext http, ExplainQuery query, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var user = query.UserId ?? Guid.Parse(caller.UserId);
        new FieldErrors()
            .Require(query.Permission is not null && PermissionCatalog.Exists(query.Permission), "permission", "Must be one of the permissions.")
            .Require(query.Resource is null || query.Resource.StartsWith(PolicyStatement.ModelPrefix, StringComparison.Ordinal)
                || query.Resource.StartsWith(PolicyStatement.ToolPrefix, StringComparison.Ordinal), "resource", "Must be model:<id> or mcp_tool:<name>.")
            .ThrowIfAny();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var subject = await UserStore.FindAsync(connection, caller.OrgId(), user, null, cancellationToken);
        if (subject is null || (user.ToString() != caller.UserId && !await UserReach.MaySeeAsync(connection, caller, "roles:read", user, cancellationToken)))
            throw ApiProblem.NotFound("user").AsException();

        var rows = (await connection.QueryAsync<(Guid Role, string Name, string Policy, Guid? Team)>(new CommandDefinition(
            """
            SELECT r.id, r.name, r.policy::text, a.team_id FROM role_assignments a JOIN roles r ON r.id = a.role_id LEFT JOIN teams t ON t.id = a.team_id
            WHERE a.user_id = @user AND t.deleted_at IS NULL ORDER BY r.name, a.id
            """,
            new { user }, cancellationToken: cancellationToken))).Select(r => (r.Role, r.Name, Policy: Policy.Parse(r.Policy), r.Team)).ToList();
        var place = query.TeamId is { } team ? Place.In(team) : Place.Anywhere;
        var reach = Grants.Of([.. rows.Select(r => new Assigned(r.Policy, r.Team))]).In(query.TeamId);
        var statements = rows.SelectMany(r => r.Policy.Statements
            .Select((s, i) => (Statement: s, Index: i)).Where(s => s.Statement.Names(query.Permission!))
            .Select(s => new ExplainedStatement(
                r.Name, r.Role, r.Team, s.Index, s.Statement.Effect, s.Statement.Actions, s.Statement.Resources, Outcome(s.Statement, r.Team, place, query)))).ToList();
        return Conclude(subject, query, reach, statements);
    }

    private static Explanation Conclude(UserView subject, ExplainQuery query, Reach reach, List<ExplainedStatement> statements)
    {
        var (code, reason) = (subject.Status, reach.Permissions.Contains(query.Permission!)) switch
        {
            ("disabled", _) => ("disabled", "The account is disabled."),
            (_, false) when statements.Exists(s => s.Outcome == "denies") => ("denied", "A role denies it, and a deny wins."),
            (_, false) => ("not_allowed", "No role allows it here, and nothing is allowed by absence."),
            _ when query.Resource is { } resource && !LimitsOf(reach, resource).Covers(resource[(resource.IndexOf(':', StringComparison.Ordinal) + 1)..]) =>
                ("not_this_resource", "The roles allow it, but not on this resource."),
            _ => (Allowed, "A role allows it, and none denies it."),
        };
        return new Explanation(subject.Id, query.Permission!, code == Allowed, code, reason, statements);
    }

    private static NameLimits LimitsOf(Reach reach, string resource) =>
        resource.StartsWith(PolicyStatement.ModelPrefix, StringComparison.Ordinal) ? reach.Models : reach.Tools;

    private static string Outcome(PolicyStatement statement, Guid? team, Place place, ExplainQuery query)
    {
        if (!Reach.Applies(statement, team, place))
            return "not_here";
        if (statement.CoversAllNames)
            return statement.Effect == Effect.Allow ? "allows" : "denies";
        var named = query.Resource is { } resource && statement.Resources!.Any(r => Glob.Matches(r, resource));
        if (!named && !(query.Resource is null && Reach.Decides(statement, query.Permission!)))
            return "not_this";
        return statement.Effect == Effect.Allow ? "allows" : "denies";
    }
}
