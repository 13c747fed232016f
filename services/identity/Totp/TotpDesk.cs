using Dapper;
using Npgsql;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Totp;

internal sealed record EnrollTotp(string? Password)
{
    public override string ToString() => "";
}

/// <summary>For the authenticator app; in this answer only.</summary>
internal sealed record TotpEnrollment(string Secret, string OtpauthUri)
{
    public override string ToString() => "";
}

internal sealed record TotpCodeBody(string? Code)
{
    public override string ToString() => "";
}

/// <summary>Each good once, in place of a code; in this answer only.</summary>
internal sealed record RecoveryCodeList(IReadOnlyList<string> RecoveryCodes)
{
    public override string ToString() => "";
}

/// <summary>Second factors: enrolled with the password, in force with the first right code, off with a code or by an administrator.</summary>
internal sealed class TotpDesk(
    NpgsqlDataSource database, TotpStore store, PasswordWorker passwords, LoginLimiter limiter, SessionEnder sessions, ISettings settings)
{
    public async Task<TotpEnrollment> EnrollAsync(HttpContext http, EnrollTotp body, CancellationToken cancellationToken)
    {
        var user = await EnterAsync(http);
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            var hash = await connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT password_hash FROM users WHERE id = @user", new { user }, cancellationToken: cancellationToken));
            if (!await passwords.VerifyAsync(body.Password ?? "", hash, cancellationToken))
                throw ApiProblem.Invalid("password", "Is not your password.").AsException();
        }

        return await database.InTransactionAsync(
            async (transaction, token) =>
            {
                if (await store.IsEnabledAsync(transaction, user, token))
                    throw ApiProblem.Conflict("One-time codes are in force already. Turn them off first.").AsException();
                var seed = await store.BeginAsync(transaction, user, token);
                await AuditOutbox.AppendAsync(transaction, http.Audit("totp.enroll", "user", user.ToString()), token);
                return new TotpEnrollment(TotpCode.Base32(seed), TotpCode.Uri(settings.Get(SettingsRegistry.General.SiteName), http.Caller().UserEmail, seed));
            },
            cancellationToken);
    }

    public async Task<RecoveryCodeList> ConfirmAsync(HttpContext http, TotpCodeBody body, CancellationToken cancellationToken)
    {
        var user = await EnterAsync(http);
        var codes = await database.InTransactionAsync(
            async (transaction, token) =>
            {
                if (!await store.ConfirmAsync(transaction, user, body.Code, token))
                    throw WrongCode();
                await AuditOutbox.AppendAsync(transaction, http.Audit("totp.enable", "user", user.ToString()), token);
                return await store.IssueRecoveryCodesAsync(transaction, user, token);
            },
            cancellationToken);
        // Whoever signed in with the password alone signs in anew.
        await sessions.EndAllAsync(user, http.Caller().SessionId);
        return new RecoveryCodeList(codes);
    }

    public Task<RecoveryCodeList> RenewCodesAsync(HttpContext http, TotpCodeBody body, CancellationToken cancellationToken) =>
        WithCodeAsync(http, body, "totp.recovery_codes", async (transaction, user, token) => new RecoveryCodeList(await store.IssueRecoveryCodesAsync(transaction, user, token)), cancellationToken);

    public Task DisableAsync(HttpContext http, TotpCodeBody body, CancellationToken cancellationToken) =>
        WithCodeAsync(
            http, body, "totp.disable",
            async (transaction, user, token) =>
            {
                await store.RemoveAsync(transaction, user, token);
                return true;
            },
            cancellationToken);

    /// <summary>For somebody who lost their device; by an administrator who is not less powerful.</summary>
    public async Task RemoveAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                var caller = http.Caller();
                var change = await GrantChange.BeginAsync(transaction, caller, token);
                await UserReach.RequireWholeAsync(transaction.Connection!, caller, "users:update", id, transaction, token);
                var user = (await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, token))!;
                await UserDesk.RequireNotAboveAsync(change, caller, user, token);
                await store.RemoveAsync(transaction, id, token);
                await AuditOutbox.AppendAsync(transaction, http.Audit("totp.remove", "user", id.ToString(), user), token);
            },
            cancellationToken);
        await sessions.EndAllAsync(id);
    }

    private async Task<T> WithCodeAsync<T>(
        HttpContext http, TotpCodeBody body, string action, Func<NpgsqlTransaction, Guid, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var user = await EnterAsync(http);
        return await database.InTransactionAsync(
            async (transaction, token) =>
            {
                if (!await store.SpendCodeAsync(transaction, user, body.Code, token))
                    throw WrongCode();
                await AuditOutbox.AppendAsync(transaction, http.Audit(action, "user", user.ToString()), token);
                return await work(transaction, user, token);
            },
            cancellationToken);
    }

    private async Task<Guid> EnterAsync(HttpContext http)
    {
        var caller = http.Caller();
        if (caller.SessionId.Length == 0)
            throw ApiProblem.Forbidden("One-time codes concern who signs in, not a key.").AsException();
        if (await limiter.EnterAccountAsync(Guid.Parse(caller.UserId)) is { } wait)
            throw ApiProblem.TooMany("Too many attempts. Wait before the next.", wait).AsException();
        return Guid.Parse(caller.UserId);
    }

    private static ApiProblemException WrongCode() => ApiProblem.Invalid("code", "Is not right, or was used before.").AsException();
}
