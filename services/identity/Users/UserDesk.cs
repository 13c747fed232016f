using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Roles.Assignments;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Teams;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Users;

/// <summary>What an administrator can do with people. Nobody grants what they do not hold; the last super_admin stays.</summary>
internal sealed class UserDesk(NpgsqlDataSource database, PasswordWorker passwords, SessionEnder sessions, TimeProvider time)
{
    private const string Person = "person";
    private const string Active = "active";

    public async Task<Page<UserView>> ListAsync(Principal caller, UserFilter filter, ListQuery query, CancellationToken cancellationToken)
    {
        new FieldErrors()
            .Require(filter.Status is null or Active or "disabled" or "deleted", "status", "Must be active, disabled or deleted.")
            .Require(filter.Kind is null or Person or "service_account", "kind", "Must be person or service_account.")
            .ThrowIfAny();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await UserStore.ListAsync(connection, caller, filter, query, cancellationToken);
    }

    public async Task<UserView> ReadAsync(Principal caller, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (id.ToString() != caller.UserId)
            await UserReach.RequireSeenAsync(connection, caller, "users:read", id, null, cancellationToken);
        return await UserStore.FindAsync(connection, caller.OrgId(), id, null, cancellationToken) ?? throw ApiProblem.NotFound("user").AsException();
    }

    public async Task<CreatedUser> CreateAsync(HttpContext http, CreateUser body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        UserRules.CheckNew(errors, body);
        errors.ThrowIfAny();
        var reach = http.Caller().Reach("users:create");
        var teams = (body.TeamIds ?? []).Distinct().ToList();
        if (!reach.Everywhere && (teams.Count == 0 || !teams.TrueForAll(t => reach.Covers(t))))
            throw ApiProblem.Forbidden("You may create people in your teams only: name them in team_ids.").AsException();

        var hash = body.Password is null ? null : await passwords.CreateAsync(body.Password, cancellationToken);
        var user = new NewUser(Guid.CreateVersion7(), http.Caller().OrgId(), body.Email!, body.DisplayName!.Trim(), body.Kind ?? Person, false, hash);
        try
        {
            return await database.InTransactionAsync((transaction, token) => InsertAsync(http, transaction, user, body, teams, reach.Everywhere, token), cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict("There is already a user with this e-mail address.").AsException();
        }
    }

    public async Task<UserView> UpdateAsync(HttpContext http, Guid id, PatchUser body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        UserRules.CheckPatch(errors, body);
        errors.ThrowIfAny();
        var (after, ended) = await database.InTransactionAsync((transaction, token) => ApplyAsync(http, transaction, id, body, token), cancellationToken);
        if (ended)
            await sessions.EndAllAsync(id);
        return after;
    }

    private async Task<CreatedUser> InsertAsync(
        HttpContext http, NpgsqlTransaction transaction, NewUser user, CreateUser body, List<Guid> teams, bool everywhere, CancellationToken cancellationToken)
    {
        var by = Guid.Parse(http.Caller().UserId);
        var change = await GrantChange.BeginAsync(transaction, http.Caller(), cancellationToken);
        foreach (var team in teams)
        {
            if (!await TeamStore.ExistsAsync(transaction, user.OrgId, team, cancellationToken))
                throw ApiProblem.Invalid("team_ids", "There is no such team.").AsException();
        }

        List<Guid?> places = everywhere ? [null] : [.. teams.Select(t => (Guid?)t)];
        var roles = await ResolveAsync(transaction, change, user.OrgId, body.Roles ?? [BuiltInRoles.Developer], places, cancellationToken);
        await UserStore.InsertAsync(transaction, user, cancellationToken);
        foreach (var team in teams)
            await TeamStore.AddMemberAsync(transaction, user.OrgId, team, user.Id, manager: false, cancellationToken);
        foreach (var (role, place) in roles.SelectMany(r => places.Select(p => (r, p))))
            await AssignmentStore.InsertAsync(transaction, user.OrgId, user.Id, role, place, by, cancellationToken);
        var invitation = body.Invite == true
            ? await OneTimeToken.IssueAsync(transaction, user.OrgId, user.Id, OneTimeToken.Invite, by, time.GetUtcNow(), cancellationToken)
            : null;
        var view = (await UserStore.FindAsync(transaction.Connection!, user.OrgId, user.Id, transaction, cancellationToken))!;
        await AuditOutbox.AppendAsync(transaction, http.Audit("user.create", "user", user.Id.ToString(), after: view), cancellationToken);
        return new CreatedUser(view, invitation);
    }

    private static async Task<(UserView After, bool Ended)> ApplyAsync(
        HttpContext http, NpgsqlTransaction transaction, Guid id, PatchUser body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var org = caller.OrgId();
        var change = await GrantChange.BeginAsync(transaction, caller, cancellationToken);
        await UserReach.RequireWholeAsync(transaction.Connection!, caller, "users:update", id, transaction, cancellationToken);
        var before = (await UserStore.FindAsync(transaction.Connection!, org, id, transaction, cancellationToken))!;
        http.RequireMatch(before.Version);
        await change.WatchAsync([id], cancellationToken);
        await RequireNotAboveAsync(change, caller, before, cancellationToken);

        var wanted = before with
        {
            DisplayName = body.DisplayName.Or(before.DisplayName)!.Trim(),
            Status = body.Status.Or(before.Status)!,
            PlatformAdmin = body.PlatformAdmin.Or(before.PlatformAdmin) ?? false,
        };
        await UserStore.UpdateAsync(transaction, wanted, cancellationToken);
        await RequirePlatformAsync(transaction, caller, before, wanted, cancellationToken);
        if (body.Roles.IsSet)
        {
            caller.MustHoldIn("users:update", null);
            var roles = await ResolveAsync(transaction, change, org, body.Roles.Value!, [null], cancellationToken);
            await UserStore.AssignAsync(transaction, org, id, roles, Guid.Parse(caller.UserId), cancellationToken);
        }

        await change.RequireSoundAsync(cancellationToken);
        var after = (await UserStore.FindAsync(transaction.Connection!, org, id, transaction, cancellationToken))!;
        await AuditOutbox.AppendAsync(transaction, http.Audit("user.update", "user", id.ToString(), before, after), cancellationToken);
        await IdentityChanges.AppendUserAsync(transaction, id, cancellationToken);
        return (after, after.Status != Active && before.Status == Active);
    }

    private static async Task RequirePlatformAsync(NpgsqlTransaction transaction, Principal caller, UserView before, UserView after, CancellationToken cancellationToken)
    {
        if (before.PlatformAdmin != after.PlatformAdmin && !caller.PlatformAdmin)
            throw ApiProblem.Forbidden("Only a platform administrator makes platform administrators.").AsException();
        if (before is { PlatformAdmin: true, Status: Active } && await UserStore.CountPlatformAdminsAsync(transaction, cancellationToken) == 0)
            throw ApiProblem.Conflict("This is the last platform administrator.").AsException();
    }

    private static async Task<IReadOnlyList<Guid>> ResolveAsync(
        NpgsqlTransaction transaction, GrantChange change, Guid org, string[] names, IReadOnlyList<Guid?> places, CancellationToken cancellationToken)
    {
        var known = await UserStore.RolesAsync(transaction, org, cancellationToken);
        var errors = new FieldErrors();
        foreach (var name in names.Distinct())
        {
            if (!known.TryGetValue(name, out var role))
                errors.Add("roles", $"There is no role '{(name.Length <= 40 ? name : name[..40])}'.");
            else if (places.SelectMany(p => Grants.Of(role.Policy, p).Beyond(change.Mine)).FirstOrDefault() is { } missing)
                errors.Add("roles", $"The role {name} holds {missing}, which you do not.");
        }

        errors.ThrowIfAny();
        return [.. names.Distinct().Select(n => known[n].Id)];
    }

    public static async Task RequireNotAboveAsync(GrantChange change, Principal caller, UserView user, CancellationToken cancellationToken)
    {
        if (user.PlatformAdmin && !caller.PlatformAdmin)
            throw ApiProblem.Forbidden("Only a platform administrator may change this person.").AsException();
        await change.RequireNotAboveAsync(user.Id, cancellationToken);
    }
}
