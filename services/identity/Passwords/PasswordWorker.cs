namespace ThinkWatch.Identity.Passwords;

/// <summary>Hashes passwords off the request threads, no more at once than there are processors: a flood of logins queues, the rest of the service answers.</summary>
internal sealed class PasswordWorker : IDisposable
{
    private readonly SemaphoreSlim _slots = new(Math.Max(1, Environment.ProcessorCount - 1));

    public Task<string> CreateAsync(string password, CancellationToken cancellationToken) =>
        RunAsync(() => PasswordHash.Create(password), cancellationToken);

    public Task<bool> VerifyAsync(string password, string? stored, CancellationToken cancellationToken) =>
        RunAsync(() => PasswordHash.Verify(password, stored), cancellationToken);

    public void Dispose() => _slots.Dispose();

    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }
}
