using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Teams;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Roles.Assignments;

/// <summary>Gives and takes roles, everywhere or in one team. Whoever may do so in a team only, does so for that team only.</summary>
internal sealed class AssignmentDesk(NpgsqlDataSource database)
{
    private const string Permission = "users:update";

    public async Task<AssignmentList> ListAsync(HttpContext http, Guid user, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await UserReach.RequireSeenAsync(connection, http.Caller(), "users:read", user, null, cancellationToken);
        return new AssignmentList(await AssignmentStore.ListAsync(connection, http.Caller().OrgId(), user, null, cancellationToken));
    }

    public Task<AssignmentList> AddAsync(HttpContext http, Guid user, AssignRole body, CancellationToken cancellationToken) =>
        ChangeAsync(http, user, async (transaction, change, token) =>
        {
            var caller = http.Caller();
            var role = body.RoleId is { } id ? await RoleStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, token)
                : body.Role is { } name ? await RoleStore.FindAsync(transaction, caller.OrgId(), name, token) : null;
            var errors = new FieldErrors().Require(role is not null, body.RoleId is null ? "role" : "role_id", "There is no such role.");
            errors.Require(body.TeamId is not { } team || await TeamStore.ExistsAsync(transaction, caller.OrgId(), team, token), "team_id", "There is no such team.");
            errors.ThrowIfAny();
            caller.MustHoldIn(Permission, body.TeamId);
            change.RequireWithin(Grants.Of(role!.Policy, body.TeamId), $"The role {role.Name}");
            await AssignmentStore.InsertAsync(transaction, caller.OrgId(), user, role.Id, body.TeamId, Guid.Parse(caller.UserId), token);
        }, cancellationToken);

    public Task RemoveAsync(HttpContext http, Guid user, Guid assignment, CancellationToken cancellationToken) =>
        ChangeAsync(http, user, async (transaction, _, token) =>
        {
            var held = await AssignmentStore.ListAsync(transaction.Connection!, http.Caller().OrgId(), user, transaction, token);
            var gone = held.FirstOrDefault(a => a.Id == assignment) ?? throw ApiProblem.NotFound("assignment").AsException();
            http.Caller().MustHoldIn(Permission, gone.TeamId);
            await AssignmentStore.DeleteAsync(transaction, assignment, token);
        }, cancellationToken);

    /// <summary>The version of what a user holds: an assignment comes and goes, but never changes.</summary>
    public static long VersionOf(IEnumerable<AssignmentView> held) => ETags.VersionOf(held.Select(static assignment => assignment.Id.ToString()));

    private Task<AssignmentList> ChangeAsync(
        HttpContext http, Guid user, Func<NpgsqlTransaction, GrantChange, CancellationToken, Task> work, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var caller = http.Caller();
            var change = await GrantChange.BeginAsync(transaction, caller, token);
            await UserReach.RequireSeenAsync(transaction.Connection!, caller, Permission, user, transaction, token);
            await change.WatchAsync([user], token);
            await change.RequireNotAboveAsync(user, token);
            var before = await AssignmentStore.ListAsync(transaction.Connection!, caller.OrgId(), user, transaction, token);
            http.RequireMatch(VersionOf(before));
            await work(transaction, change, token);
            await change.RequireSoundAsync(token);
            var after = await AssignmentStore.ListAsync(transaction.Connection!, caller.OrgId(), user, transaction, token);
            if (VersionOf(after) != VersionOf(before))
                await UserStore.TouchAsync(transaction, user, token);
            await AuditOutbox.AppendAsync(transaction, http.Audit("user.roles", "user", user.ToString(), before, after), token);
            await IdentityChanges.AppendUserAsync(transaction, user, token);
            return new AssignmentList(after);
        },
        cancellationToken);
}
