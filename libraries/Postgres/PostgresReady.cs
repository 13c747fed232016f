namespace ThinkWatch.Postgres;

/// <summary>Opens once the schema is migrated. Background work waits here before its first query.</summary>
public sealed class PostgresReady
{
    private readonly TaskCompletionSource _migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _migrated.Task.IsCompletedSuccessfully;

    public Task WaitAsync(CancellationToken cancellationToken) => _migrated.Task.WaitAsync(cancellationToken);

    internal void Open() => _migrated.TrySetResult();
}
