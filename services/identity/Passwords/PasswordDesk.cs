using System.Security.Cryptography;
using Dapper;
using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Passwords;

/// <summary>mode link (default): a token that lets the person choose one; password: one that must be changed at the next sign-in.</summary>
internal sealed record ResetPassword(string? Mode);

/// <summary>Either token or password; in this answer only.</summary>
internal sealed record PasswordResetReply(string? Token, string? Password, DateTimeOffset? ExpiresAt)
{
    public override string ToString() => "";
}

internal sealed record RedeemToken(string? Token, string? Password)
{
    public override string ToString() => "";
}

internal sealed record ChangePassword(string? CurrentPassword, string? NewPassword)
{
    public override string ToString() => "";
}

/// <summary>How passwords change: by their owner, by a one-time token, by an administrator who is not less powerful. Each ends the other sessions.</summary>
internal sealed class PasswordDesk(NpgsqlDataSource database, PasswordWorker passwords, SessionEnder sessions, LoginLimiter limiter, TimeProvider time)
{
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789";

    public async Task<PasswordResetReply> ResetAsync(HttpContext http, Guid id, ResetPassword? body, CancellationToken cancellationToken)
    {
        if (body?.Mode is not (null or "link" or "password"))
            throw ApiProblem.Invalid("mode", "Must be link or password.").AsException();
        var password = body?.Mode == "password" ? Generate() : null;
        var hash = password is null ? null : await passwords.CreateAsync(password, cancellationToken);
        var reply = await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await RequireMayResetAsync(http, transaction, id, token);
                OneTimeToken? issued = null;
                if (hash is null)
                    issued = await OneTimeToken.IssueAsync(transaction, http.Caller().OrgId(), id, OneTimeToken.Reset, Guid.Parse(http.Caller().UserId), time.GetUtcNow(), token);
                else
                    await UserStore.SetPasswordAsync(transaction, id, hash, mustChange: true, token);
                await AuditOutbox.AppendAsync(transaction, http.Audit("user.password_reset", "user", id.ToString(), after: new { mode = body?.Mode ?? "link" }), token);
                await IdentityChanges.AppendUserAsync(transaction, id, token);
                return new PasswordResetReply(issued?.Text, password, issued?.ExpiresAt);
            },
            cancellationToken);
        if (hash is not null)
            await sessions.EndAllAsync(id);
        return reply;
    }

    /// <summary>Spends an invitation or a reset. Guessing is throttled by address.</summary>
    public async Task RedeemAsync(HttpContext http, RedeemToken body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors().Require(body.Token is { Length: > 0 and <= 100 }, "token", "Is required.");
        UserRules.CheckPassword(errors, "password", body.Password);
        errors.ThrowIfAny();
        if (await limiter.EnterAsync(http.ClientIp(), "one-time-token") is { } wait)
            throw ApiProblem.TooMany("Too many attempts. Wait before the next.", wait).AsException();
        var hash = await passwords.CreateAsync(body.Password!, cancellationToken);
        var user = await database.InTransactionAsync(
            async (transaction, token) =>
            {
                var id = await OneTimeToken.SpendAsync(transaction, body.Token!, token);
                var owner = id is null ? null : await OwnerAsync(transaction, id.Value, token);
                if (owner is not { Active: true })
                    throw ApiProblem.Unauthenticated("This link was used, has expired or was replaced.").AsException();
                await UserStore.SetPasswordAsync(transaction, id!.Value, hash, mustChange: false, token);
                var entry = http.Audit("user.password_chosen", "user", id.Value.ToString());
                (entry.ActorId, entry.ActorEmail, entry.OrgId) = (id.Value.ToString(), owner.Email, owner.OrgId.ToString());
                await AuditOutbox.AppendAsync(transaction, entry, token);
                return id.Value;
            },
            cancellationToken);
        await sessions.EndAllAsync(user);
    }

    public async Task ChangeAsync(HttpContext http, ChangePassword body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        if (caller.SessionId.Length == 0)
            throw ApiProblem.Forbidden("A password is changed by who is signed in with it, not with a key.").AsException();
        var errors = new FieldErrors().Require(body.CurrentPassword is { Length: > 0 and <= 1024 }, "current_password", "Is required.");
        UserRules.CheckPassword(errors, "new_password", body.NewPassword);
        errors.Require(body.NewPassword != body.CurrentPassword, "new_password", "Is the one you have.");
        errors.ThrowIfAny();
        if (await limiter.EnterAsync(http.ClientIp(), caller.UserEmail.ToLowerInvariant()) is { } wait)
            throw ApiProblem.TooMany("Too many attempts. Wait before the next.", wait).AsException();
        var id = Guid.Parse(caller.UserId);
        if (!await passwords.VerifyAsync(body.CurrentPassword!, await CurrentHashAsync(id, cancellationToken), cancellationToken))
            throw ApiProblem.Invalid("current_password", "Is not your password.").AsException();
        var hash = await passwords.CreateAsync(body.NewPassword!, cancellationToken);
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await UserStore.SetPasswordAsync(transaction, id, hash, mustChange: false, token);
                await AuditOutbox.AppendAsync(transaction, http.Audit("user.password_change", "user", id.ToString()), token);
            },
            cancellationToken);
        await sessions.EndAllAsync(id, keep: caller.SessionId);
    }

    private static async Task RequireMayResetAsync(HttpContext http, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var change = await GrantChange.BeginAsync(transaction, caller, cancellationToken);
        await UserReach.RequireWholeAsync(transaction.Connection!, caller, "users:update", id, transaction, cancellationToken);
        var user = (await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, cancellationToken))!;
        await UserDesk.RequireNotAboveAsync(change, caller, user, cancellationToken);
        if (user.Kind != "person")
            throw ApiProblem.Unprocessable("A service account has no password.").AsException();
    }

    private async Task<string?> CurrentHashAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT password_hash FROM users WHERE id = @id", new { id }, cancellationToken: cancellationToken));
    }

    private static Task<Owner?> OwnerAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Owner>(new CommandDefinition(
            "SELECT org_id, email, (status = 'active' AND deleted_at IS NULL) AS active FROM users WHERE id = @id FOR UPDATE", new { id }, transaction, cancellationToken: cancellationToken));

    // Twenty characters without look-alikes; the ends make it pass the rules whatever was drawn.
    private static string Generate() => "T" + RandomNumberGenerator.GetString(Letters, 18) + "w7";

    private sealed record Owner
    {
        public Guid OrgId { get; init; }

        public string Email { get; init; } = "";

        public bool Active { get; init; }
    }
}
