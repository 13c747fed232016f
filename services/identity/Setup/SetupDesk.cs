using Dapper;
using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Keys;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Principals;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Setup;

/// <summary>The first organisation, its first administrator and their first key: once, under a lock.</summary>
internal sealed partial class SetupDesk(NpgsqlDataSource database, PasswordWorker passwords, SessionCookieWriter cookies, ILogger<SetupDesk> log)
{
    public async Task<bool> IsInitializedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await IsInitializedAsync(connection, null, cancellationToken);
    }

    public async Task<InitializeReply> InitializeAsync(HttpContext http, InitializeRequest body, CancellationToken cancellationToken)
    {
        // Asked before the password is hashed too: once set up, nobody can make us work here.
        if (await IsInitializedAsync(cancellationToken))
            throw AlreadyDone();
        Validate(body);
        var hash = await passwords.CreateAsync(body.Admin!.Password!, cancellationToken);
        var org = Guid.CreateVersion7();
        var admin = new NewUser(Guid.CreateVersion7(), org, body.Admin.Email!, body.Admin.DisplayName!.Trim(), "person", PlatformAdmin: true, hash);
        var secret = KeySecret.Generate();
        await database.InTransactionAsync((transaction, token) => CreateAsync(http, transaction, admin, SiteName(body), secret, token), cancellationToken);
        LogInitialized(log, org);
        await OpenSessionAsync(http, admin);
        return new InitializeReply(admin.Id, admin.Email, secret.Text);
    }

    private static async Task CreateAsync(
        HttpContext http, NpgsqlTransaction transaction, NewUser admin, string siteName, KeySecret secret, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_xact_lock(hashtextextended('thinkwatch.identity.setup', 0))", transaction: transaction, cancellationToken: cancellationToken));
        if (await IsInitializedAsync(connection, transaction, cancellationToken))
            throw AlreadyDone();
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO organizations (id, name) VALUES (@OrgId, @siteName)", new { admin.OrgId, siteName }, transaction, cancellationToken: cancellationToken));
        var superAdmin = await BuiltInRoleStore.InsertAsync(transaction, admin.OrgId, cancellationToken);
        await UserStore.InsertAsync(transaction, admin, cancellationToken);
        await UserStore.AssignAsync(transaction, admin.OrgId, admin.Id, [superAdmin], null, cancellationToken);
        var keyId = Guid.CreateVersion7();
        var key = new NewKey(admin.OrgId, admin.Id, "First key", secret) { Id = keyId, LineageId = keyId, Surfaces = [.. Surfaces.All], CreatedBy = admin.Id };
        await KeyStore.InsertAsync(transaction, key, cancellationToken);

        var entry = http.Audit("setup.initialize", "organization", admin.OrgId.ToString(), after: new { site_name = siteName, admin_email = admin.Email });
        (entry.OrgId, entry.ActorId, entry.ActorEmail) = (admin.OrgId.ToString(), admin.Id.ToString(), admin.Email);
        await AuditOutbox.AppendAsync(transaction, entry, cancellationToken);
        await IdentityChanges.AppendOrganizationAsync(transaction, admin.OrgId, cancellationToken);
    }

    private async Task OpenSessionAsync(HttpContext http, NewUser admin)
    {
        try
        {
            await cookies.OpenAsync(http, admin.Id, admin.OrgId);
        }
        catch (TimeoutException fault)
        {
            // The set-up is committed and cannot be repeated: the key must reach its owner even when the session store is away.
            LogNoSession(log, fault.Message);
        }
    }

    private static void Validate(InitializeRequest body)
    {
        var errors = new FieldErrors();
        UserRules.CheckEmail(errors, "admin.email", body.Admin?.Email);
        UserRules.CheckDisplayName(errors, "admin.display_name", body.Admin?.DisplayName);
        UserRules.CheckPassword(errors, "admin.password", body.Admin?.Password);
        errors.Require(body.SiteName is null or { Length: <= 100 }, "site_name", "Must have at most 100 characters.");
        errors.ThrowIfAny();
    }

    private static string SiteName(InitializeRequest body) => string.IsNullOrWhiteSpace(body.SiteName) ? "ThinkWatch" : body.SiteName.Trim();

    private static Task<bool> IsInitializedAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("SELECT EXISTS (SELECT 1 FROM organizations)", transaction: transaction, cancellationToken: cancellationToken));

    private static ApiProblemException AlreadyDone() => ApiProblem.Conflict("This installation has been set up already.").AsException();

    [LoggerMessage(Level = LogLevel.Information, Message = "Set up: organisation {OrgId}")]
    private static partial void LogInitialized(ILogger logger, Guid orgId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Set up, but without a session: {Reason}")]
    private static partial void LogNoSession(ILogger logger, string reason);
}
