using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.AdminApi.Store;

/// <summary>Every change to the catalog goes through here: the change, its audit row and its place in the feed are one transaction.</summary>
internal sealed class CatalogChanges(NpgsqlDataSource database)
{
    public async Task<T> MakeAsync<T>(
        Func<NpgsqlTransaction, CancellationToken, Task<Change<T>>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await database.InTransactionAsync(
                async (transaction, token) =>
                {
                    var change = await work(transaction, token);
                    foreach (var entry in change.Audit)
                        await AuditOutbox.AppendAsync(transaction, entry, token);

                    // Last, because other writers wait from here on. It says only that something changed: readers take a new snapshot.
                    if (change.Audit.Length > 0)
                        await ChangeLog.AppendAsync(transaction, change.Audit[0].Resource, ReadOnlyMemory<byte>.Empty, token);
                    return change.Result;
                },
                cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict(Explain(e.ConstraintName)).AsException();
        }
    }

    private static string Explain(string? constraint) => constraint switch
    {
        "providers_name" => "A provider with this name exists already.",
        "models_model_id" => "A model with this model_id exists already.",
        "routes_model_id_provider_id_upstream_model_key" => "This model has a route to that provider and upstream model already.",
        "content_rules_name" => "A content rule with this name exists already.",
        _ => "It exists already.",
    };
}

/// <summary>What was done: the answer, and one audit row a change; without rows nothing changed and nobody is told.</summary>
internal sealed record Change<T>(T Result, params AuditEntry[] Audit);
