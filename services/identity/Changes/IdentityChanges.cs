using Google.Protobuf;
using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Identity.Changes;

/// <summary>
/// What watchers hear of, written in the transaction of the change itself. Append it last: other writers wait from there to the commit. The payload
/// is the event as it goes out, without its sequence.
/// </summary>
internal static class IdentityChanges
{
    private const int ToldOneByOne = 100;

    public static Task AppendKeyAsync(NpgsqlTransaction transaction, Guid keyId, byte[] keySha256, CancellationToken cancellationToken) =>
        AppendAsync(transaction, "key", new IdentityEvent { Key = new KeyChanged { KeyId = keyId.ToString(), KeySha256 = ByteString.CopyFrom(keySha256) } }, cancellationToken);

    public static Task AppendUserAsync(NpgsqlTransaction transaction, Guid userId, CancellationToken cancellationToken) =>
        AppendAsync(transaction, "user", new IdentityEvent { User = new UserChanged { UserId = userId.ToString() } }, cancellationToken);

    /// <summary>One by one while they are few; beyond that the organisation as a whole is told to ask again.</summary>
    public static async Task AppendUsersAsync(NpgsqlTransaction transaction, Guid orgId, IReadOnlyCollection<Guid> userIds, CancellationToken cancellationToken)
    {
        if (userIds.Count > ToldOneByOne)
        {
            await AppendOrganizationAsync(transaction, orgId, cancellationToken);
            return;
        }

        foreach (var user in userIds)
            await AppendUserAsync(transaction, user, cancellationToken);
    }

    public static Task AppendOrganizationAsync(NpgsqlTransaction transaction, Guid orgId, CancellationToken cancellationToken) =>
        AppendAsync(transaction, "organization", new IdentityEvent { Organization = new OrganizationChanged { OrgId = orgId.ToString() } }, cancellationToken);

    private static Task AppendAsync(NpgsqlTransaction transaction, string kind, IdentityEvent change, CancellationToken cancellationToken) =>
        ChangeLog.AppendAsync(transaction, kind, change.ToByteArray(), cancellationToken);
}
