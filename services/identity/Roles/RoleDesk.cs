using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Roles;

/// <summary>What can be done with roles. Nobody makes, changes or hands on a role that holds more than they do.</summary>
internal sealed class RoleDesk(NpgsqlDataSource database)
{
    private const string BeforeImport = "before_import";

    public async Task<Page<RoleView>> ListAsync(HttpContext http, ListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RoleStore.ListAsync(connection, http.Caller().OrgId(), query, cancellationToken);
    }

    public async Task<RoleView> ReadAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RoleStore.FindAsync(connection, http.Caller().OrgId(), id, null, cancellationToken) ?? throw ApiProblem.NotFound("role").AsException();
    }

    public async Task<Page<RoleMember>> MembersAsync(HttpContext http, Guid id, ListQuery query, CancellationToken cancellationToken)
    {
        await ReadAsync(http, id, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RoleStore.MembersAsync(connection, http.Caller().OrgId(), id, query, cancellationToken);
    }

    public async Task<Page<RoleHistoryEntry>> HistoryAsync(HttpContext http, Guid id, ListQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var page = await RoleStore.HistoryAsync(connection, http.Caller().OrgId(), id, query, cancellationToken);
        if (page.Items.Count == 0)
            await ReadAsync(http, id, cancellationToken);
        return page;
    }

    public async Task<RoleView> CreateAsync(HttpContext http, CreateRole body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        RoleRules.Check(errors, "", body);
        errors.ThrowIfAny();
        return await ChangeAsync(
            async (transaction, token) =>
            {
                var change = await GrantChange.BeginAsync(transaction, http.Caller(), token);
                return await InsertAsync(http, transaction, change, body, "role.create", token);
            },
            cancellationToken);
    }

    public async Task<RoleView> CloneAsync(HttpContext http, Guid id, CloneRole body, CancellationToken cancellationToken)
    {
        var source = await ReadAsync(http, id, cancellationToken);
        return await CreateAsync(http, new CreateRole(body.Name, body.DisplayName ?? body.Name, source.Description, source.Policy), cancellationToken);
    }

    public async Task<RoleView> UpdateAsync(HttpContext http, Guid id, PatchRole body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        RoleRules.Check(errors, body);
        errors.ThrowIfAny();
        return await ChangeAsync(
            async (transaction, token) =>
            {
                var change = await GrantChange.BeginAsync(transaction, http.Caller(), token);
                var before = await LockAsync(http, transaction, id, token);
                http.RequireMatch(before.Version);
                RequireEditable(http, before, body);
                var wanted = before with
                {
                    Name = body.Name.Or(before.Name)!,
                    DisplayName = body.DisplayName.Or(before.DisplayName)!.Trim(),
                    Description = body.Description.Or(before.Description) ?? "",
                    Policy = body.Policy.Or(before.Policy)!,
                };
                return await ReplaceAsync(http, transaction, change, before, wanted, "role.update", token);
            },
            cancellationToken);
    }

    public Task DeleteAsync(HttpContext http, Guid id, Guid? reassignTo, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var change = await GrantChange.BeginAsync(transaction, http.Caller(), token);
            var role = await LockAsync(http, transaction, id, token);
            http.RequireMatch(role.Version);
            if (role.BuiltIn)
                throw ApiProblem.Conflict("A built-in role cannot be deleted.").AsException();
            change.RequireWithin(Grants.Of(role.Policy), "The role");
            var holders = await RoleStore.HoldersAsync(transaction, id, token);
            await change.WatchAsync(holders, token);
            if (holders.Count > 0)
            {
                if (reassignTo is not { } to || to == id)
                    throw ApiProblem.Conflict($"{holders.Count} people or service accounts hold this role. Name another one for them in reassign_to.").AsException();
                if (await RoleStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), to, transaction, token) is not { } target)
                    throw ApiProblem.Invalid("reassign_to", "There is no such role.").AsException();
                change.RequireWithin(Grants.Of(target.Policy), "The other role");
                await RoleStore.ReassignAsync(transaction, id, to, Guid.Parse(http.Caller().UserId), token);
            }

            await RoleStore.DeleteAsync(transaction, id, token);
            await change.RequireSoundAsync(token);
            await RoleStore.RecordAsync(transaction, http.Caller(), id, "role.delete", Told(role), null, token);
            await AuditOutbox.AppendAsync(transaction, http.Audit("role.delete", "role", id.ToString(), role, new { reassign_to = reassignTo }), token);
            await IdentityChanges.AppendUsersAsync(transaction, http.Caller().OrgId(), holders, token);
        },
        cancellationToken);

    public async Task<RoleFile> ExportAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var all = await ListAsync(http, new ListQuery(ListQuery.MaxLimit, null, null, null), cancellationToken);
        return new RoleFile(1, [.. all.Items.Where(r => !r.BuiltIn).Select(r => new CreateRole(r.Name, r.DisplayName, r.Description, r.Policy))]);
    }

    /// <summary>All or none: a role that is there by name is replaced, the others are made. Each is judged as if it were made by hand. A dry run judges too, and keeps nothing.</summary>
    public async Task<ImportReply> ImportAsync(HttpContext http, RoleFile body, bool dryRun, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Require(body.Version == 1, "version", "Must be 1.").Require(body.Roles is { Count: > 0 and <= 500 }, "roles", "Must be 1 to 500 roles.");
        for (var i = 0; i < (body.Roles?.Count ?? 0); i++)
            RoleRules.Check(errors, $"roles[{i}].", body.Roles![i]);
        errors.Require(body.Roles?.DistinctBy(r => r.Name).Count() == body.Roles?.Count, "roles", "Names a role twice.");
        errors.ThrowIfAny();
        return new ImportReply(await ChangeAsync(
            async (transaction, token) =>
            {
                var change = await GrantChange.BeginAsync(transaction, http.Caller(), token);
                var results = new List<ImportedRole>();
                await transaction.SaveAsync(BeforeImport, token);
                foreach (var role in body.Roles!)
                    results.Add(await ImportAsync(http, transaction, change, results.Count, role, token));
                if (dryRun)
                    await transaction.RollbackAsync(BeforeImport, token);
                return results;
            },
            cancellationToken));
    }

    private async Task<ImportedRole> ImportAsync(
        HttpContext http, NpgsqlTransaction transaction, GrantChange change, int index, CreateRole role, CancellationToken cancellationToken)
    {
        var before = await RoleStore.FindAsync(transaction, http.Caller().OrgId(), role.Name!, cancellationToken);
        if (before is null)
            return new ImportedRole(index, role.Name!, "created", (await InsertAsync(http, transaction, change, role, "role.import", cancellationToken)).Id);
        if (before.BuiltIn)
            throw ApiProblem.Conflict($"{role.Name} is a built-in role; an import does not replace it.").AsException();
        var wanted = before with { DisplayName = role.DisplayName ?? role.Name!, Description = role.Description ?? "", Policy = role.Policy! };
        if ((before.DisplayName, before.Description, before.Policy.ToJson()) == (wanted.DisplayName, wanted.Description, wanted.Policy.ToJson()))
            return new ImportedRole(index, role.Name!, "unchanged", before.Id);
        await ReplaceAsync(http, transaction, change, before, wanted, "role.import", cancellationToken);
        return new ImportedRole(index, role.Name!, "updated", before.Id);
    }

    private static async Task<RoleView> InsertAsync(
        HttpContext http, NpgsqlTransaction transaction, GrantChange change, CreateRole role, string action, CancellationToken cancellationToken)
    {
        change.RequireWithin(Grants.Of(role.Policy!), "The role");
        var id = Guid.CreateVersion7();
        await RoleStore.InsertAsync(transaction, http.Caller().OrgId(), id, role, cancellationToken);
        var view = (await RoleStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, cancellationToken))!;
        await RoleStore.RecordAsync(transaction, http.Caller(), id, action, null, Told(view), cancellationToken);
        await AuditOutbox.AppendAsync(transaction, http.Audit(action, "role", id.ToString(), after: view), cancellationToken);
        return view;
    }

    private static async Task<RoleView> ReplaceAsync(
        HttpContext http, NpgsqlTransaction transaction, GrantChange change, RoleView before, RoleView wanted, string action, CancellationToken cancellationToken)
    {
        change.RequireWithin(Grants.Of(before.Policy), "The role");
        change.RequireWithin(Grants.Of(wanted.Policy), "The changed role");
        var holders = await RoleStore.HoldersAsync(transaction, before.Id, cancellationToken);
        await change.WatchAsync(holders, cancellationToken);
        await RoleStore.UpdateAsync(transaction, wanted, cancellationToken);
        await change.RequireSoundAsync(cancellationToken);
        var after = (await RoleStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), before.Id, transaction, cancellationToken))!;
        await RoleStore.RecordAsync(transaction, http.Caller(), before.Id, action, Told(before), Told(after), cancellationToken);
        await AuditOutbox.AppendAsync(transaction, http.Audit(action, "role", before.Id.ToString(), before, after), cancellationToken);
        await IdentityChanges.AppendUsersAsync(transaction, http.Caller().OrgId(), holders, cancellationToken);
        return after;
    }

    private static void RequireEditable(HttpContext http, RoleView role, PatchRole body)
    {
        if (!role.BuiltIn)
            return;
        http.Caller().MustHold("roles:edit_built_in");
        if (role.Name == BuiltInRoles.SuperAdmin || (body.Name.IsSet && body.Name.Value != role.Name))
            throw ApiProblem.Conflict("super_admin is as it is, and no built-in role can be renamed.").AsException();
    }

    private static async Task<RoleView> LockAsync(HttpContext http, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        await RoleStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, cancellationToken) ?? throw ApiProblem.NotFound("role").AsException();

    // What a history tells: not the counts and times that change by themselves.
    private static CreateRole Told(RoleView role) => new(role.Name, role.DisplayName, role.Description, role.Policy);

    private async Task<T> ChangeAsync<T>(Func<NpgsqlTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await database.InTransactionAsync(work, cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict("There is already a role of this name.").AsException();
        }
    }
}
