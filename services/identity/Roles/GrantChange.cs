using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

/// <summary>
/// Guards one change of who holds what. Nobody, the caller included, may come out of it with something that the caller does not hold, and a super
/// administrator must remain. Holds a lock of the organisation to the end of the transaction: two changes never judge the same state.
/// </summary>
internal sealed class GrantChange
{
    private readonly NpgsqlTransaction _transaction;
    private readonly Guid _org;
    private readonly bool _hadSuperAdmin;
    private readonly Dictionary<Guid, Grants> _before = [];

    private GrantChange(NpgsqlTransaction transaction, Guid org, Grants mine, bool hadSuperAdmin) =>
        (_transaction, _org, Mine, _hadSuperAdmin) = (transaction, org, mine, hadSuperAdmin);

    /// <summary>What the caller holds.</summary>
    public Grants Mine { get; }

    public static async Task<GrantChange> BeginAsync(NpgsqlTransaction transaction, Principal caller, CancellationToken cancellationToken)
    {
        var org = caller.OrgId();
        await LockAsync(transaction, org, cancellationToken);
        var mine = await GrantStore.OfAsync(transaction, Guid.Parse(caller.UserId), cancellationToken);
        return new GrantChange(transaction, org, mine, await HasSuperAdminAsync(transaction, org, cancellationToken));
    }

    /// <summary>The lock alone, for changes that nobody makes by hand.</summary>
    public static Task LockAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
        "SELECT pg_advisory_xact_lock(hashtextextended('thinkwatch.identity.grants.' || @org::text, 0))", new { org }, transaction, cancellationToken: cancellationToken));

    /// <summary>Says whose permissions are about to change. Call it before the change.</summary>
    public async Task WatchAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        foreach (var (user, grants) in await GrantStore.OfAsync(_transaction, users, cancellationToken))
            _before[user] = grants;
    }

    /// <exception cref="ApiProblemException">403: the caller does not hold all of it.</exception>
    public void RequireWithin(Grants asked, string what)
    {
        if (asked.Beyond(Mine) is [var missing, ..])
            throw ApiProblem.Forbidden($"{what} holds {missing}, which you do not.").AsException();
    }

    /// <summary>Whoever is more powerful than the caller is not the caller's to change.</summary>
    public async Task RequireNotAboveAsync(Guid user, CancellationToken cancellationToken) =>
        RequireWithin(_before.GetValueOrDefault(user) ?? await GrantStore.OfAsync(_transaction, user, cancellationToken), "This person");

    /// <summary>Call it after the change, before the commit.</summary>
    public async Task RequireSoundAsync(CancellationToken cancellationToken)
    {
        var held = await GrantStore.OfAsync(_transaction, _before.Keys, cancellationToken);
        foreach (var (user, after) in held)
        {
            if (after.Beyond(_before[user], Mine) is [var gained, ..])
                throw ApiProblem.Forbidden($"This would give somebody {gained}, which you do not hold.").AsException();
        }

        await OneTimeToken.VoidBeneathAsync(_transaction, held, cancellationToken);

        if (_hadSuperAdmin && !await HasSuperAdminAsync(_transaction, _org, cancellationToken))
            throw ApiProblem.Conflict("This is the last active super administrator.").AsException();
    }

    public static async Task<bool> HasSuperAdminAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken)
    {
        var people = await GrantStore.SuperAdminsAsync(transaction, org, cancellationToken);
        return (await GrantStore.OfAsync(transaction, people, cancellationToken)).Values.Any(g => g.IsSuperAdmin);
    }
}
