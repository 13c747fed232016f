using Npgsql;

namespace ThinkWatch.Postgres;

public static class Transactions
{
    /// <summary>Runs the work in one transaction and commits it; any exception rolls back. The work uses <c>transaction.Connection</c>.</summary>
    public static async Task<T> InTransactionAsync<T>(
        this NpgsqlDataSource database, Func<NpgsqlTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    public static Task InTransactionAsync(
        this NpgsqlDataSource database, Func<NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            async (transaction, token) =>
            {
                await work(transaction, token);
                return true;
            },
            cancellationToken);
}
