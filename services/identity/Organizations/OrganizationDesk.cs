using System.Text.Json.Serialization;
using Dapper;
using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Organizations;

internal sealed record OrganizationView
{
    public Guid Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>active | disabled.</summary>
    public string Status { get; init; } = "";

    public long UserCount { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public long Version { get; init; }
}

internal sealed record FirstMember(string? Email, string? DisplayName);

/// <summary>The administrator is invited: nobody else ever knows their password.</summary>
internal sealed record CreateOrganization(string? Name, FirstMember? Admin);

internal sealed record CreatedOrganization(Guid Id, string Name, string Status, Guid AdminId, string AdminEmail, string InviteToken, DateTimeOffset InviteExpiresAt)
{
    public override string ToString() => Id.ToString();
}

internal sealed record PatchOrganization
{
    public Optional<string?> Name { get; init; }

    public Optional<string?> Status { get; init; }
}

/// <summary>The tenants. Only platform administrators come here; in their own organisation they stay what their roles say.</summary>
internal sealed class OrganizationDesk(NpgsqlDataSource database, TimeProvider time)
{
    private const string Resource = "organization";

    private const string Columns = """
        o.id, o.name, CASE WHEN o.disabled_at IS NULL THEN 'active' ELSE 'disabled' END AS status, o.created_at, o.updated_at, o.version,
        (SELECT count(*) FROM users u WHERE u.org_id = o.id AND u.deleted_at IS NULL) AS user_count
        """;

    public async Task<Page<OrganizationView>> ListAsync(HttpContext http, ListQuery query, CancellationToken cancellationToken)
    {
        RequirePlatform(http);
        query.SortBy("name");
        var after = query.After(2);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<OrganizationView>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM organizations o WHERE (@q::text IS NULL OR strpos(lower(o.name), lower(@q)) > 0)
                AND (@name::text IS NULL OR (o.name, o.id) > (@name, @id::uuid)) ORDER BY o.name, o.id LIMIT @fetch
            """,
            new { q = query.Q, name = after?[0], id = Cursors.Id(after?[1]), fetch = query.Fetch }, cancellationToken: cancellationToken));
        return Page<OrganizationView>.From(rows.AsList(), query.Limit, last => Cursor.Encode(last.Name, last.Id.ToString()));
    }

    public async Task<OrganizationView> ReadAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        RequirePlatform(http);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, null, cancellationToken);
    }

    public async Task<CreatedOrganization> CreateAsync(HttpContext http, CreateOrganization body, CancellationToken cancellationToken)
    {
        RequirePlatform(http);
        var errors = new FieldErrors();
        CheckName(errors, body.Name);
        UserRules.CheckEmail(errors, "admin.email", body.Admin?.Email);
        UserRules.CheckDisplayName(errors, "admin.display_name", body.Admin?.DisplayName);
        errors.ThrowIfAny();
        var org = Guid.CreateVersion7();
        var admin = new NewUser(Guid.CreateVersion7(), org, body.Admin!.Email!, body.Admin.DisplayName!.Trim(), "person", false, null);
        try
        {
            return await database.InTransactionAsync((transaction, token) => InsertAsync(http, transaction, body.Name!.Trim(), admin, token), cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict("There is already a user with this e-mail address.").AsException();
        }
    }

    public Task<OrganizationView> UpdateAsync(HttpContext http, Guid id, PatchOrganization body, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            RequirePlatform(http);
            var before = await FindAsync(transaction.Connection!, id, transaction, token);
            http.RequireMatch(before.Version);
            var errors = new FieldErrors();
            if (body.Name.IsSet)
                CheckName(errors, body.Name.Value);
            errors.Require(!body.Status.IsSet || body.Status.Value is "active" or "disabled", "status", "Must be active or disabled.");
            errors.ThrowIfAny();
            var status = body.Status.Or(before.Status);
            if (status != "active" && await IsHomeAsync(transaction, id, Guid.Parse(http.Caller().UserId), token))
                throw ApiProblem.Conflict("This is your own organisation.").AsException();
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                UPDATE organizations SET name = @name, disabled_at = CASE WHEN @status = 'active' THEN NULL ELSE coalesce(disabled_at, now()) END,
                    updated_at = now(), version = version + 1 WHERE id = @id
                """,
                new { id, name = body.Name.Or(before.Name)!.Trim(), status }, transaction, cancellationToken: token));
            var after = await FindAsync(transaction.Connection!, id, transaction, token);
            await AuditOutbox.AppendAsync(transaction, http.Audit("organization.update", Resource, id.ToString(), before, after), token);
            await IdentityChanges.AppendOrganizationAsync(transaction, id, token);
            return after;
        },
        cancellationToken);

    private async Task<CreatedOrganization> InsertAsync(HttpContext http, NpgsqlTransaction transaction, string name, NewUser admin, CancellationToken cancellationToken)
    {
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "INSERT INTO organizations (id, name) VALUES (@OrgId, @name)", new { admin.OrgId, name }, transaction, cancellationToken: cancellationToken));
        var superAdmin = await BuiltInRoleStore.InsertAsync(transaction, admin.OrgId, cancellationToken);
        await UserStore.InsertAsync(transaction, admin, cancellationToken);
        var by = Guid.Parse(http.Caller().UserId);
        await UserStore.AssignAsync(transaction, admin.OrgId, admin.Id, [superAdmin], by, cancellationToken);
        var invitation = await OneTimeToken.IssueAsync(transaction, admin.OrgId, admin.Id, OneTimeToken.Invite, by, time.GetUtcNow(), cancellationToken);
        await AuditOutbox.AppendAsync(
            transaction, http.Audit("organization.create", Resource, admin.OrgId.ToString(), after: new { name, admin_email = admin.Email }), cancellationToken);
        await IdentityChanges.AppendOrganizationAsync(transaction, admin.OrgId, cancellationToken);
        return new CreatedOrganization(admin.OrgId, name, "active", admin.Id, admin.Email, invitation.Text, invitation.ExpiresAt);
    }

    private static async Task<OrganizationView> FindAsync(NpgsqlConnection connection, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<OrganizationView>(new CommandDefinition(
            $"SELECT {Columns} FROM organizations o WHERE o.id = @id {(transaction is null ? "" : "FOR UPDATE OF o")}", new { id }, transaction, cancellationToken: cancellationToken))
        ?? throw ApiProblem.NotFound("organisation").AsException();

    private static Task<bool> IsHomeAsync(NpgsqlTransaction transaction, Guid org, Guid user, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM users WHERE id = @user AND org_id = @org)", new { user, org }, transaction, cancellationToken: cancellationToken));

    private static void CheckName(FieldErrors errors, string? name) =>
        errors.Require(!string.IsNullOrWhiteSpace(name) && name.Length <= 100, "name", "Must have 1 to 100 characters.");

    private static void RequirePlatform(HttpContext http)
    {
        if (!http.Caller().PlatformAdmin)
            throw ApiProblem.Forbidden("Only platform administrators handle organisations.").AsException();
    }
}
