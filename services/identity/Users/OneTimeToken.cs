using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using ThinkWatch.Identity.Roles;

namespace ThinkWatch.Identity.Users;

/// <summary>Lets somebody choose a password once: 32 random bytes, of which only the SHA-256 is stored. The text is a secret.</summary>
internal sealed class OneTimeToken
{
    public const string Invite = "invite";
    public const string Reset = "reset";

    private static readonly TimeSpan InviteLifetime = TimeSpan.FromDays(7);
    private static readonly TimeSpan ResetLifetime = TimeSpan.FromHours(24);

    private OneTimeToken(string kind, DateTimeOffset now)
    {
        Text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        Kind = kind;
        ExpiresAt = now + (kind == Invite ? InviteLifetime : ResetLifetime);
    }

    public string Text { get; }

    public string Kind { get; }

    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Makes one and stores it; earlier ones of the user are void.</summary>
    public static async Task<OneTimeToken> IssueAsync(
        NpgsqlTransaction transaction, Guid org, Guid user, string kind, Guid? by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var token = new OneTimeToken(kind, now);
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM one_time_tokens WHERE user_id = @user;
            INSERT INTO one_time_tokens (token_sha256, org_id, user_id, kind, expires_at, created_by) VALUES (@hash, @org, @user, @kind, @ExpiresAt, @by);
            """,
            new { hash = Hash(token.Text), org, user, kind, token.ExpiresAt, by }, transaction, cancellationToken: cancellationToken));
        return token;
    }

    /// <summary>Spends the token and answers whose it was; null when there is no such token (any more).</summary>
    public static Task<Guid?> SpendAsync(NpgsqlTransaction transaction, string text, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "DELETE FROM one_time_tokens WHERE token_sha256 = @hash AND expires_at > now() RETURNING user_id",
            new { hash = Hash(text) }, transaction, cancellationToken: cancellationToken));

    /// <summary>Ends the links of those who now hold more than who made the link: whoever has it would become them.</summary>
    /// <param name="holders">What each holds now.</param>
    public static async Task VoidBeneathAsync(NpgsqlTransaction transaction, IReadOnlyDictionary<Guid, Grants> holders, CancellationToken cancellationToken)
    {
        var open = (await transaction.Connection!.QueryAsync<(Guid User, Guid By, bool Platform)>(new CommandDefinition(
            """
            SELECT t.user_id, t.created_by, u.platform_admin FROM one_time_tokens t JOIN users u ON u.id = t.user_id JOIN users b ON b.id = t.created_by
            WHERE t.user_id = ANY(@users) AND t.expires_at > now() AND NOT b.platform_admin
            """,
            new { users = holders.Keys.ToArray() }, transaction, cancellationToken: cancellationToken))).AsList();
        if (open.Count == 0)
            return;
        var makers = await GrantStore.OfAsync(transaction, [.. open.Select(static o => o.By)], cancellationToken);
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM one_time_tokens WHERE user_id = ANY(@risen)",
            new { risen = open.Where(o => o.Platform || holders[o.User].Beyond(makers[o.By]).Count > 0).Select(static o => o.User).ToArray() },
            transaction, cancellationToken: cancellationToken));
    }

    public override string ToString() => Kind;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
