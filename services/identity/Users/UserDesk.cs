using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Principals;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Users;

/// <summary>What an administrator can do with people. Nobody grants what they do not hold; the last super_admin stays.</summary>
internal sealed partial class UserDesk(
    NpgsqlDataSource database, PasswordWorker passwords, PrincipalReader principals, SessionStore sessions, ILogger<UserDesk> log)
{
    private const string Person = "person";
    private const string Active = "active";

    public async Task<Page<UserView>> ListAsync(Guid org, ListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await UserStore.ListAsync(connection, org, query, cancellationToken);
    }

    public async Task<UserView> ReadAsync(Guid org, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await UserStore.FindAsync(connection, org, id, null, cancellationToken) ?? throw ApiProblem.NotFound("user").AsException();
    }

    public async Task<UserView> CreateAsync(HttpContext http, CreateUser body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        UserRules.CheckEmail(errors, "email", body.Email);
        UserRules.CheckDisplayName(errors, "display_name", body.DisplayName);
        errors.Require(body.Kind is null or Person or "service_account", "kind", "Must be person or service_account.");
        if (body.Kind is null or Person)
            UserRules.CheckPassword(errors, "password", body.Password);
        else
            errors.Require(body.Password is null, "password", "A service account has no password.");
        errors.ThrowIfAny();

        var hash = body.Password is null ? null : await passwords.CreateAsync(body.Password, cancellationToken);
        var user = new NewUser(Guid.CreateVersion7(), http.Caller().OrgId(), body.Email!, body.DisplayName!.Trim(), body.Kind ?? Person, false, hash);
        try
        {
            return await database.InTransactionAsync(
                async (transaction, token) =>
                {
                    var roles = await ResolveAsync(http, transaction, body.Roles ?? [BuiltInRoles.Developer], token);
                    await UserStore.InsertAsync(transaction, user, token);
                    await UserStore.AssignAsync(transaction, user.OrgId, user.Id, roles, Guid.Parse(http.Caller().UserId), token);
                    var view = (await UserStore.FindAsync(transaction.Connection!, user.OrgId, user.Id, transaction, token))!;
                    await AuditOutbox.AppendAsync(transaction, http.Audit("user.create", "user", user.Id.ToString(), after: view), token);
                    return view;
                },
                cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict("There is already a user with this e-mail address.").AsException();
        }
    }

    public async Task<UserView> UpdateAsync(HttpContext http, Guid id, PatchUser body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (body.DisplayName.IsSet)
            UserRules.CheckDisplayName(errors, "display_name", body.DisplayName.Value);
        errors.Require(!body.Status.IsSet || body.Status.Value is Active or "disabled", "status", "Must be active or disabled.");
        errors.Require(!body.Roles.IsSet || body.Roles.Value is not null, "roles", "Must be a list of role names.");
        errors.ThrowIfAny();

        var (after, ended) = await database.InTransactionAsync((transaction, token) => ApplyAsync(http, transaction, id, body, token), cancellationToken);
        if (ended)
            await EndSessionsAsync(id);
        return after;
    }

    private async Task EndSessionsAsync(Guid id)
    {
        try
        {
            await sessions.EndAllAsync(id);
        }
        catch (TimeoutException fault)
        {
            // The change is committed, and the row decides at every call: a disabled user's session answers nothing, ended or not.
            LogSessionsRemain(log, fault.Message);
        }
    }

    private async Task<(UserView After, bool Ended)> ApplyAsync(
        HttpContext http, NpgsqlTransaction transaction, Guid id, PatchUser body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var org = caller.OrgId();
        var superAdmins = await UserStore.CountSuperAdminsAsync(transaction, org, cancellationToken);
        var before = await UserStore.FindAsync(transaction.Connection!, org, id, transaction, cancellationToken) ?? throw ApiProblem.NotFound("user").AsException();
        http.RequireMatch(before.Version);
        await RequireNotAboveAsync(caller, before, cancellationToken);

        var roles = body.Roles.IsSet ? body.Roles.Value!.Distinct().ToArray() : before.Roles;
        var status = body.Status.Or(before.Status)!;
        var wasSuperAdmin = before is { Status: Active, Kind: Person } && before.Roles.Contains(BuiltInRoles.SuperAdmin);
        if (wasSuperAdmin && superAdmins == 1 && (status != Active || !roles.Contains(BuiltInRoles.SuperAdmin)))
            throw ApiProblem.Conflict("This is the last active super administrator.").AsException();

        await UserStore.UpdateAsync(transaction, before with { DisplayName = body.DisplayName.Or(before.DisplayName)!.Trim(), Status = status }, cancellationToken);
        if (body.Roles.IsSet)
            await UserStore.AssignAsync(transaction, org, id, await ResolveAsync(http, transaction, roles, cancellationToken), Guid.Parse(caller.UserId), cancellationToken);
        var after = (await UserStore.FindAsync(transaction.Connection!, org, id, transaction, cancellationToken))!;
        await AuditOutbox.AppendAsync(transaction, http.Audit("user.update", "user", id.ToString(), before, after), cancellationToken);
        await IdentityChanges.AppendUserAsync(transaction, id, cancellationToken);
        return (after, status != Active && before.Status == Active);
    }

    private static async Task<IReadOnlyList<Guid>> ResolveAsync(
        HttpContext http, NpgsqlTransaction transaction, string[] names, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var known = await UserStore.RolesAsync(transaction, caller.OrgId(), cancellationToken);
        var errors = new FieldErrors();
        foreach (var name in names.Distinct())
        {
            if (!known.TryGetValue(name, out var role))
                errors.Add("roles", $"There is no role '{(name.Length <= 40 ? name : name[..40])}'.");
            else if (role.Effective.Permissions.FirstOrDefault(p => !caller.Holds(p)) is { } missing)
                errors.Add("roles", $"The role {name} holds {missing}, which you do not.");
        }

        errors.ThrowIfAny();
        return [.. names.Distinct().Select(n => known[n].Id)];
    }

    private async Task RequireNotAboveAsync(Principal caller, UserView user, CancellationToken cancellationToken)
    {
        if (user.PlatformAdmin && !caller.PlatformAdmin)
            throw ApiProblem.Forbidden("Only a platform administrator may change this person.").AsException();
        var held = (await principals.ReadUserAsync(user.Id, cancellationToken)).Principal;
        if (held?.Permissions.FirstOrDefault(p => !caller.Holds(p)) is { } missing)
            throw ApiProblem.Forbidden($"This person holds {missing}, which you do not.").AsException();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sessions of a disabled user were not ended: {Reason}")]
    private static partial void LogSessionsRemain(ILogger logger, string reason);
}
