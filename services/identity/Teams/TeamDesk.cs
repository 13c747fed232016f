using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Roles.Assignments;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Teams;

/// <summary>What can be done with teams. Who holds the permission in some teams only sees and changes those.</summary>
internal sealed class TeamDesk(NpgsqlDataSource database)
{
    private const string Resource = "team";
    private const string Manager = "team_manager";

    public async Task<Page<TeamView>> ListAsync(HttpContext http, ListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await TeamStore.ListAsync(connection, http.Caller(), query, cancellationToken);
    }

    public async Task<TeamView> ReadAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(http, connection, null, id, cancellationToken);
    }

    public async Task<Page<TeamMember>> MembersAsync(HttpContext http, Guid id, ListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await FindAsync(http, connection, null, id, cancellationToken);
        // Before the members: what changes in between makes the tag an old one, not a wrong one.
        http.SetETag(await TeamStore.MembersVersionAsync(connection, id, null, cancellationToken));
        return await TeamStore.MembersAsync(connection, id, query, cancellationToken);
    }

    public async Task<Page<TeamRole>> RolesAsync(HttpContext http, Guid id, ListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await FindAsync(http, connection, null, id, cancellationToken);
        http.Caller().MustHoldIn("teams:read", id);
        return await TeamStore.RolesAsync(connection, id, query, cancellationToken);
    }

    public Task<TeamView> CreateAsync(HttpContext http, CreateTeam body, CancellationToken cancellationToken)
    {
        Check(body.Name, body.Description, body.CostCenter);
        var id = Guid.CreateVersion7();
        return ChangeAsync(
            async (transaction, token) =>
            {
                await TeamStore.InsertAsync(transaction, http.Caller().OrgId(), id, body, token);
                var team = (await TeamStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, token))!;
                await AuditOutbox.AppendAsync(transaction, http.Audit("team.create", Resource, id.ToString(), after: team), token);
                return team;
            },
            cancellationToken);
    }

    public Task<TeamView> UpdateAsync(HttpContext http, Guid id, PatchTeam body, CancellationToken cancellationToken) => ChangeAsync(
        async (transaction, token) =>
        {
            var before = await FindAsync(http, transaction.Connection!, transaction, id, token);
            http.Caller().MustHoldIn("teams:write", id);
            http.RequireMatch(before.Version);
            var wanted = before with
            {
                Name = body.Name.Or(before.Name)?.Trim() ?? "",
                Description = body.Description.Or(before.Description) ?? "",
                CostCenter = body.CostCenter.Or(before.CostCenter) ?? "",
            };
            Check(wanted.Name, wanted.Description, wanted.CostCenter);
            await TeamStore.UpdateAsync(transaction, wanted, token);
            var after = (await TeamStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, token))!;
            await AuditOutbox.AppendAsync(transaction, http.Audit("team.update", Resource, id.ToString(), before, after), token);
            await IdentityChanges.AppendUsersAsync(transaction, http.Caller().OrgId(), await TeamStore.PeopleAsync(transaction, id, token), token);
            return after;
        },
        cancellationToken);

    public Task DeleteAsync(HttpContext http, Guid id, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var change = await GrantChange.BeginAsync(transaction, http.Caller(), token);
            var before = await FindAsync(http, transaction.Connection!, transaction, id, token);
            http.Caller().MustHoldIn("teams:delete", id);
            http.RequireMatch(before.Version);
            var people = await TeamStore.PeopleAsync(transaction, id, token);
            await change.WatchAsync(people, token);
            await TeamStore.DeleteAsync(transaction, id, token);
            await change.RequireSoundAsync(token);
            await AuditOutbox.AppendAsync(transaction, http.Audit("team.delete", Resource, id.ToString(), before), token);
            await IdentityChanges.AppendUsersAsync(transaction, http.Caller().OrgId(), people, token);
        },
        cancellationToken);

    /// <summary>Puts somebody into the team, or makes them its manager or not.</summary>
    public Task PutMemberAsync(HttpContext http, Guid id, Guid user, PutMember? body, CancellationToken cancellationToken) => ChangeMemberAsync(
        http, id, user, async (transaction, change, was, token) =>
        {
            var org = http.Caller().OrgId();
            var manager = body?.Manager ?? was ?? false;
            await TeamStore.AddMemberAsync(transaction, org, id, user, manager, token);
            if (manager == (was ?? false))
                return manager;
            var role = await RoleStore.FindAsync(transaction, org, Manager, token) ?? throw ApiProblem.Conflict("This organisation has no role team_manager.").AsException();
            if (manager)
            {
                change.RequireWithin(Grants.Of(role.Policy, id), "A manager");
                await AssignmentStore.InsertAsync(transaction, org, user, role.Id, id, Guid.Parse(http.Caller().UserId), token);
            }
            else
            {
                await TeamStore.UnassignAsync(transaction, id, user, role.Id, token);
            }

            return manager;
        },
        cancellationToken);

    public Task RemoveMemberAsync(HttpContext http, Guid id, Guid user, CancellationToken cancellationToken) => ChangeMemberAsync(
        http, id, user, async (transaction, change, was, token) =>
        {
            if (was is null)
                throw ApiProblem.NotFound("member").AsException();
            if (was == true)
                await change.RequireNotAboveAsync(user, token);
            await TeamStore.RemoveMemberAsync(transaction, id, user, token);
            return null;
        },
        cancellationToken);

    private Task ChangeMemberAsync(
        HttpContext http, Guid id, Guid user, Func<NpgsqlTransaction, GrantChange, bool?, CancellationToken, Task<bool?>> work, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            async (transaction, token) =>
            {
                var caller = http.Caller();
                var change = await GrantChange.BeginAsync(transaction, caller, token);
                await FindAsync(http, transaction.Connection!, transaction, id, token);
                caller.MustHoldIn("team_members:write", id);
                // Whoever may fill certain teams only takes people from those: nobody else becomes theirs to administer by it.
                await UserReach.RequireSeenAsync(transaction.Connection!, caller, "team_members:write", user, transaction, token);
                http.RequireMatch(await TeamStore.MembersVersionAsync(transaction.Connection!, id, transaction, token));
                await change.WatchAsync([user], token);
                var before = await TeamStore.IsManagerAsync(transaction, id, user, token);
                var after = await work(transaction, change, before, token);
                await change.RequireSoundAsync(token);
                await AuditOutbox.AppendAsync(
                    transaction, http.Audit("team.member", Resource, id.ToString(), Told(user, before), Told(user, after)), token);
                await IdentityChanges.AppendUserAsync(transaction, user, token);
            },
            cancellationToken);

    private static object? Told(Guid user, bool? manager) => manager is { } is_manager ? new { user_id = user, manager = is_manager } : null;

    private static async Task<TeamView> FindAsync(HttpContext http, NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid id, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var team = await TeamStore.FindAsync(connection, caller.OrgId(), id, transaction, cancellationToken);
        var seen = caller.Reach("teams:read").Covers(id) || (caller.Reach("teams:read_own").Any && caller.Teams.Any(t => t.Id == id.ToString()));
        return team is not null && seen ? team : throw ApiProblem.NotFound("team").AsException();
    }

    private static void Check(string? name, string? description, string? costCenter) => new FieldErrors()
        .Require(!string.IsNullOrWhiteSpace(name) && name.Length <= 100, "name", "Must have 1 to 100 characters.")
        .Require(description is null or { Length: <= 500 }, "description", "Must have at most 500 characters.")
        .Require(costCenter is null or { Length: <= 100 }, "cost_center", "Must have at most 100 characters.")
        .ThrowIfAny();

    private async Task<TeamView> ChangeAsync(Func<NpgsqlTransaction, CancellationToken, Task<TeamView>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await database.InTransactionAsync(work, cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict("There is already a team of this name.").AsException();
        }
    }
}
