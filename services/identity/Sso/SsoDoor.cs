using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Roles.Assignments;
using ThinkWatch.Identity.Sso.Oidc;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Sso;

/// <summary>Who somebody is here. To link: nobody yet, there is an account with a password that must be proven first.</summary>
internal sealed record SsoEntry(Guid UserId, string Email, bool ToLink);

/// <summary>
/// Decides who enters: whom the provider's subject was tied to; else, where that is wanted, a new person. An account that is there already is never taken
/// by its e-mail address alone.
/// </summary>
internal sealed class SsoDoor(NpgsqlDataSource database)
{
    public async Task<SsoEntry> EnterAsync(HttpContext http, SsoConnection connection, OidcIdentity who, CancellationToken cancellationToken)
    {
        try
        {
            return await database.InTransactionAsync(
                async (transaction, token) =>
                {
                    await GrantChange.LockAsync(transaction, connection.OrgId, token);
                    return await FindAsync(transaction, connection, who, token) is { } known
                        ? await AdmitAsync(http, transaction, connection, who, known, token)
                        : await MeetAsync(http, transaction, connection, who, token);
                },
                cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new SsoRefusedException(SsoError.AccountExists, "somebody with this e-mail address or subject came in at the same moment");
        }
    }

    /// <summary>Ties the subject to an account whose owner has just proven that it is theirs.</summary>
    public Task LinkAsync(HttpContext http, SsoConnection connection, OidcIdentity who, Guid user, string email, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            async (transaction, token) =>
            {
                await GrantChange.LockAsync(transaction, connection.OrgId, token);
                await TieAsync(transaction, connection, who, user, token);
                var entry = Told(http, "user.sso_link", connection, user, email);
                await AuditOutbox.AppendAsync(transaction, entry, token);
                return await AdmitAsync(http, transaction, connection, who, new Account { Id = user, OrgId = connection.OrgId, Email = email, Active = true }, token);
            },
            cancellationToken);

    /// <param name="email">As the provider verified it; null when it did not come to that.</param>
    public Task RecordRefusalAsync(HttpContext http, SsoConnection connection, string code, string? email, CancellationToken cancellationToken) => database.InTransactionAsync(
        (transaction, token) =>
        {
            var entry = http.Audit("auth.login", "session", "", after: new { method = "sso", reason = code }, result: "denied");
            (entry.OrgId, entry.ActorEmail) = (connection.OrgId.ToString(), email ?? "");
            return AuditOutbox.AppendAsync(transaction, entry, token);
        },
        cancellationToken);

    private static async Task<SsoEntry> AdmitAsync(
        HttpContext http, NpgsqlTransaction transaction, SsoConnection connection, OidcIdentity who, Account account, CancellationToken cancellationToken)
    {
        if (!account.Active)
            throw new SsoRefusedException(SsoError.Disabled, "the account is disabled");
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            UPDATE users SET last_login_at = now() WHERE id = @Id;
            UPDATE sso_identities SET last_login_at = now(), email = @Email WHERE connection_id = @connection AND issuer = @Issuer AND subject = @Subject;
            """,
            new { account.Id, who.Email, connection = connection.Id, who.Issuer, who.Subject }, transaction, cancellationToken: cancellationToken));
        var changed = await SsoGroups.ApplyAsync(http, transaction, connection, account.Id, account.Email, who.Groups, cancellationToken);
        var entry = Told(http, "auth.login", connection, account.Id, account.Email, new { method = "sso" });
        entry.Resource = "session";
        await AuditOutbox.AppendAsync(transaction, entry, cancellationToken);
        if (changed)
            await IdentityChanges.AppendUserAsync(transaction, account.Id, cancellationToken);
        return new SsoEntry(account.Id, account.Email, ToLink: false);
    }

    private static async Task<SsoEntry> MeetAsync(
        HttpContext http, NpgsqlTransaction transaction, SsoConnection connection, OidcIdentity who, CancellationToken cancellationToken)
    {
        var existing = await transaction.Connection!.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            """
            SELECT u.id, u.org_id, u.email, u.password_hash IS NOT NULL AS has_password, u.kind = 'person' AS person, (u.status = 'active' AND o.disabled_at IS NULL) AS active
            FROM users u JOIN organizations o ON o.id = u.org_id WHERE lower(u.email) = lower(@Email) AND u.deleted_at IS NULL
            """,
            new { who.Email }, transaction, cancellationToken: cancellationToken));
        if (existing is null)
            return await CreateAsync(http, transaction, connection, who, cancellationToken);
        if (existing.OrgId != connection.OrgId || !existing.Person || !existing.HasPassword)
            throw new SsoRefusedException(SsoError.AccountExists, "there is an account with this e-mail address that has no password to prove, or is elsewhere");
        return existing.Active
            ? new SsoEntry(existing.Id, existing.Email, ToLink: true)
            : throw new SsoRefusedException(SsoError.Disabled, "the account is disabled");
    }

    private static async Task<SsoEntry> CreateAsync(
        HttpContext http, NpgsqlTransaction transaction, SsoConnection connection, OidcIdentity who, CancellationToken cancellationToken)
    {
        if (!connection.CreateUsers)
            throw new SsoRefusedException(SsoError.NotProvisioned, "there is no account, and this connection makes none");
        var user = new NewUser(Guid.CreateVersion7(), connection.OrgId, who.Email, who.Name, "person", false, null);
        await UserStore.InsertAsync(transaction, user, cancellationToken);
        if (connection.DefaultRoleId is { } role)
            await AssignmentStore.InsertAsync(transaction, connection.OrgId, user.Id, role, null, null, cancellationToken);
        await TieAsync(transaction, connection, who, user.Id, cancellationToken);
        var view = await UserStore.FindAsync(transaction.Connection!, connection.OrgId, user.Id, transaction, cancellationToken);
        await AuditOutbox.AppendAsync(transaction, Told(http, "user.create", connection, user.Id, user.Email, view), cancellationToken);
        return await AdmitAsync(http, transaction, connection, who, new Account { Id = user.Id, OrgId = connection.OrgId, Email = user.Email, Active = true }, cancellationToken);
    }

    private static Task<Account?> FindAsync(NpgsqlTransaction transaction, SsoConnection connection, OidcIdentity who, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            """
            SELECT u.id, u.org_id, u.email, (u.status = 'active' AND u.deleted_at IS NULL AND o.disabled_at IS NULL) AS active
            FROM sso_identities i JOIN users u ON u.id = i.user_id JOIN organizations o ON o.id = u.org_id
            WHERE i.connection_id = @Id AND i.issuer = @Issuer AND i.subject = @Subject FOR UPDATE OF u
            """,
            new { connection.Id, who.Issuer, who.Subject }, transaction, cancellationToken: cancellationToken));

    private static Task TieAsync(NpgsqlTransaction transaction, SsoConnection connection, OidcIdentity who, Guid user, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "INSERT INTO sso_identities (org_id, connection_id, issuer, subject, user_id, email) VALUES (@OrgId, @Id, @Issuer, @Subject, @user, @Email)",
            new { connection.OrgId, connection.Id, who.Issuer, who.Subject, user, who.Email }, transaction, cancellationToken: cancellationToken));

    private static AuditEntry Told(HttpContext http, string action, SsoConnection connection, Guid user, string email, object? after = null)
    {
        var entry = http.Audit(action, "user", user.ToString(), after: after);
        (entry.OrgId, entry.ActorId, entry.ActorEmail) = (connection.OrgId.ToString(), user.ToString(), email);
        return entry;
    }

    private sealed record Account
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public string Email { get; init; } = "";

        public bool Active { get; init; }

        public bool HasPassword { get; init; }

        public bool Person { get; init; }
    }
}
