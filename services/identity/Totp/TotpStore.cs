using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace ThinkWatch.Identity.Totp;

/// <summary>Seeds, sealed by the vault, and recovery codes, hashed. A code or recovery code is spent by the statement that checks it.</summary>
internal sealed class TotpStore(Vault vault, TimeProvider time)
{
    private const int RecoveryCodes = 10;
    private const string RecoveryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    public async Task<bool> IsEnabledAsync(NpgsqlTransaction transaction, Guid user, CancellationToken cancellationToken) =>
        await ReadAsync(transaction, user, "totp_seed", cancellationToken) is not null;

    /// <summary>Spends the code; false when it is wrong or was used before.</summary>
    public async Task<bool> SpendCodeAsync(NpgsqlTransaction transaction, Guid user, string? code, CancellationToken cancellationToken)
    {
        if (code is null || await ReadAsync(transaction, user, "totp_seed", cancellationToken) is not { } seed || TotpCode.Match(seed, code.Trim(), time.GetUtcNow()) is not { } step)
            return false;
        return await ExecuteAsync(transaction, "UPDATE users SET totp_last_step = @step WHERE id = @user AND totp_last_step < @step", new { user, step }, cancellationToken) == 1;
    }

    public async Task<bool> SpendRecoveryCodeAsync(NpgsqlTransaction transaction, Guid user, string? code, CancellationToken cancellationToken) =>
        code is not null && await ExecuteAsync(
            transaction, "UPDATE recovery_codes SET used_at = now() WHERE user_id = @user AND code_sha256 = @hash AND used_at IS NULL",
            new { user, hash = Hash(code) }, cancellationToken) == 1;

    public async Task<byte[]> BeginAsync(NpgsqlTransaction transaction, Guid user, CancellationToken cancellationToken)
    {
        var seed = RandomNumberGenerator.GetBytes(TotpCode.SeedBytes);
        await ExecuteAsync(
            transaction, "UPDATE users SET totp_pending_seed = @sealed WHERE id = @user",
            new { user, @sealed = vault.Seal(seed, Cell("totp_pending_seed", user)) }, cancellationToken);
        return seed;
    }

    /// <summary>Puts the pending seed in force if this is a code of it.</summary>
    public async Task<bool> ConfirmAsync(NpgsqlTransaction transaction, Guid user, string? code, CancellationToken cancellationToken)
    {
        if (code is null || await ReadAsync(transaction, user, "totp_pending_seed", cancellationToken) is not { } seed || TotpCode.Match(seed, code.Trim(), time.GetUtcNow()) is not { } step)
            return false;
        await ExecuteAsync(
            transaction,
            """
            UPDATE users SET totp_seed = @sealed, totp_pending_seed = NULL, totp_enabled_at = now(), totp_last_step = @step, updated_at = now(), version = version + 1
            WHERE id = @user
            """,
            new { user, step, @sealed = vault.Seal(seed, Cell("totp_seed", user)) }, cancellationToken);
        return true;
    }

    /// <summary>New codes; the old ones are void.</summary>
    public async Task<IReadOnlyList<string>> IssueRecoveryCodesAsync(NpgsqlTransaction transaction, Guid user, CancellationToken cancellationToken)
    {
        var codes = Enumerable.Range(0, RecoveryCodes)
            .Select(_ => $"{RandomNumberGenerator.GetString(RecoveryAlphabet, 5)}-{RandomNumberGenerator.GetString(RecoveryAlphabet, 5)}-{RandomNumberGenerator.GetString(RecoveryAlphabet, 5)}").ToList();
        await ExecuteAsync(
            transaction,
            "DELETE FROM recovery_codes WHERE user_id = @user; INSERT INTO recovery_codes (user_id, code_sha256) SELECT @user, unnest(@hashes);",
            new { user, hashes = codes.Select(Hash).ToArray() }, cancellationToken);
        return codes;
    }

    public Task RemoveAsync(NpgsqlTransaction transaction, Guid user, CancellationToken cancellationToken) => ExecuteAsync(
        transaction,
        """
        DELETE FROM recovery_codes WHERE user_id = @user;
        UPDATE users SET totp_seed = NULL, totp_pending_seed = NULL, totp_enabled_at = NULL, updated_at = now(), version = version + 1 WHERE id = @user;
        """,
        new { user }, cancellationToken);

    private async Task<byte[]?> ReadAsync(NpgsqlTransaction transaction, Guid user, string column, CancellationToken cancellationToken)
    {
        var envelope = await transaction.Connection!.ExecuteScalarAsync<string?>(new CommandDefinition(
            $"SELECT {column} FROM users WHERE id = @user FOR UPDATE", new { user }, transaction, cancellationToken: cancellationToken));
        return envelope is null ? null : vault.Open(envelope, Cell(column, user));
    }

    internal static string Cell(string column, Guid user) => $"identity.users/{column}/{user}";

    // 75 bits of randomness: a plain hash keeps it.
    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code.Trim().ToLowerInvariant()));

    private static Task<int> ExecuteAsync(NpgsqlTransaction transaction, string sql, object parameters, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));
}
