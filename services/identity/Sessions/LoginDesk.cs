using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Totp;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Sessions;

/// <summary>Lets people in and out. Every attempt is audited; a wrong e-mail, a wrong password and a disabled account answer alike.</summary>
internal sealed class LoginDesk(
    NpgsqlDataSource database, PasswordWorker passwords, LoginLimiter limiter, SessionStore sessions, RefreshTokens refreshTokens, SessionCookieWriter cookies,
    TotpStore totp)
{
    private const string FindUser = """
        SELECT u.id, u.org_id, u.email, u.password_hash, u.totp_enabled_at IS NOT NULL AS second_factor,
            (u.status = 'active' AND u.kind = 'person' AND o.disabled_at IS NULL) AS active
        FROM users u JOIN organizations o ON o.id = u.org_id WHERE lower(u.email) = lower(@email) AND u.deleted_at IS NULL
        """;

    public async Task<Guid> LoginAsync(HttpContext http, LoginRequest body, CancellationToken cancellationToken)
    {
        var user = await ProveAsync(http, body, cancellationToken);
        var newHash = PasswordHash.IsWeak(user.PasswordHash!) ? await passwords.CreateAsync(body.Password!, cancellationToken) : null;
        await RecordAsync(http, user, user.Email, "ok", newHash, cancellationToken);
        await cookies.OpenAsync(http, user.Id, user.OrgId);
        await limiter.ForgiveAsync(http.ClientIp(), user.Email.ToLowerInvariant());
        return user.Id;
    }

    /// <summary>Whose e-mail and password these are, second factor included; the rest is the caller's.</summary>
    /// <exception cref="ApiProblemException">401, or 429 after too many attempts; recorded.</exception>
    public async Task<Account> ProveAsync(HttpContext http, LoginRequest body, CancellationToken cancellationToken)
    {
        var (email, password) = (body.Email!.Trim(), body.Password!);
        var folded = email.ToLowerInvariant();
        if (await limiter.EnterAsync(http.ClientIp(), folded) is { } wait)
            throw ApiProblem.TooMany("Too many attempts to sign in. Wait before the next.", wait).AsException();

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var user = await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(FindUser, new { email }, cancellationToken: cancellationToken));
        await connection.CloseAsync();
        var right = await passwords.VerifyAsync(password, user?.PasswordHash, cancellationToken);
        if (user is null || !right || !user.Active)
        {
            await RecordAsync(http, user, email, "denied", newHash: null, cancellationToken);
            throw ApiProblem.Unauthenticated("E-mail or password is wrong, or the account is disabled.").AsException();
        }

        if (user.SecondFactor)
            await RequireSecondFactorAsync(http, user, body, cancellationToken);
        return user;
    }

    // Asked only of who knows the password, so that saying it is needed tells a stranger nothing.
    private async Task RequireSecondFactorAsync(HttpContext http, Account user, LoginRequest body, CancellationToken cancellationToken)
    {
        if (body.TotpCode is null && body.RecoveryCode is null)
            throw new ApiProblem(StatusCodes.Status401Unauthorized, "totp_required", "A one-time code is required", "Send totp_code or recovery_code along.").AsException();
        if (await limiter.EnterAccountAsync(user.Id) is { } wait)
            throw ApiProblem.TooMany("Too many attempts to sign in. Wait before the next.", wait).AsException();
        var right = await database.InTransactionAsync(
            async (transaction, token) => body.TotpCode is not null
                ? await totp.SpendCodeAsync(transaction, user.Id, body.TotpCode, token)
                : await totp.SpendRecoveryCodeAsync(transaction, user.Id, body.RecoveryCode, token),
            cancellationToken);
        if (right)
            return;
        await RecordAsync(http, user, user.Email, "denied", newHash: null, cancellationToken);
        throw Refuse("The one-time code is not right, or was used before.");
    }

    public async Task RefreshAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var token = refreshTokens.Read(http.Request.Cookies[SessionCookies.Refresh]);
        var session = token is null ? null : await sessions.FindAsync(token.Value.SessionId);
        if (session is null || !sessions.AllowsRefresh(session, http.ClientIp()))
            throw Refuse("The session has ended. Sign in again.");
        var (outcome, generation) = await sessions.RotateAsync(session, token!.Value.Generation);
        if (outcome == RotateOutcome.Replayed)
            await RecordReplayAsync(http, session, cancellationToken);
        if (outcome != RotateOutcome.Rotated)
            throw Refuse(outcome == RotateOutcome.Replayed ? "This refresh token was used before; the session has been ended." : "The session has ended. Sign in again.");
        cookies.Write(http, session, generation);
    }

    public async Task LogoutAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        if (caller.SessionId.Length == 0)
            throw ApiProblem.Unprocessable("A key has no session to end. Revoke the key instead.").AsException();
        await sessions.EndAsync(caller.SessionId, Guid.Parse(caller.UserId));
        SessionCookieWriter.Clear(http);
        await database.InTransactionAsync(
            (transaction, token) => AuditOutbox.AppendAsync(transaction, http.Audit("auth.logout", "session", caller.UserId), token), cancellationToken);
    }

    /// <summary>Ends one of the caller's own sessions, by the id that their list shows.</summary>
    public async Task EndOwnAsync(HttpContext http, string handle, CancellationToken cancellationToken)
    {
        var user = Guid.Parse(http.Caller().UserId);
        if (!(await sessions.ListAsync(user, "")).Any(s => s.Id == handle))
            throw ApiProblem.NotFound("session").AsException();
        await database.InTransactionAsync(
            (transaction, token) => AuditOutbox.AppendAsync(transaction, http.Audit("session.revoke", "session", user.ToString()), token), cancellationToken);
        await sessions.EndByHandleAsync(handle, user);
    }

    private Task RecordReplayAsync(HttpContext http, Session session, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var entry = http.Audit("auth.refresh_replayed", "session", session.UserId.ToString(), result: "denied");
            var owner = await transaction.Connection!.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
                "SELECT id, org_id, email FROM users WHERE id = @id", new { id = session.UserId }, transaction, cancellationToken: token));
            (entry.ActorId, entry.ActorEmail, entry.OrgId) = (session.UserId.ToString(), owner?.Email ?? "", owner?.OrgId.ToString() ?? "");
            await AuditOutbox.AppendAsync(transaction, entry, token);
        },
        cancellationToken);

    private async Task RecordAsync(HttpContext http, Account? user, string email, string result, string? newHash, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                var entry = http.Audit("auth.login", "session", user?.Id.ToString() ?? "", result: result);
                entry.ActorId = user?.Id.ToString() ?? "";
                entry.ActorEmail = email;
                entry.OrgId = (user?.OrgId ?? await FirstOrganizationAsync(transaction, token))?.ToString() ?? "";
                if (user is not null && result == "ok")
                {
                    await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                        "UPDATE users SET last_login_at = now(), password_hash = coalesce(@newHash, password_hash) WHERE id = @id",
                        new { newHash, id = user.Id }, transaction, cancellationToken: token));
                }

                await AuditOutbox.AppendAsync(transaction, entry, token);
            },
            cancellationToken);
    }

    // Nobody's e-mail belongs to no tenant: the organisation that runs the installation hears of it.
    private static Task<Guid?> FirstOrganizationAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "SELECT id FROM organizations ORDER BY created_at, id LIMIT 1", transaction: transaction, cancellationToken: cancellationToken));

    private static ApiProblemException Refuse(string detail) => ApiProblem.Unauthenticated(detail).AsException();

    internal sealed record Account
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public string Email { get; init; } = "";

        public string? PasswordHash { get; init; }

        public bool Active { get; init; }

        public bool SecondFactor { get; init; }

        public override string ToString() => Email;
    }
}
