namespace ThinkWatch.BodyOffload.Stores;

/// <summary>Deletes stored responses whose time is over, in every store: a bounded number of objects is looked at in each pass, and a pass begins where the last one ended.</summary>
internal sealed partial class ExpirySweeper(BodyStores stores, TimeProvider time, ILogger<ExpirySweeper> log) : BackgroundService
{
    internal const int ObjectsAPass = 5_000;
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var store in stores.All)
                await SweepAsync(store, stoppingToken);
        }
    }

    private async Task SweepAsync(IBodyStore store, CancellationToken stoppingToken)
    {
        try
        {
            var deleted = await store.SweepAsync(time.GetUtcNow(), ObjectsAPass, stoppingToken);
            if (deleted > 0)
                Swept(deleted);
        }
        catch (StoreAwayException fault)
        {
            NotSwept(fault.Message);
        }
    }

    [LoggerMessage(402, LogLevel.Information, "{Count} stored objects have expired and are deleted")]
    private partial void Swept(int count);

    [LoggerMessage(403, LogLevel.Warning, "Expired objects could not be deleted ({Reason})")]
    private partial void NotSwept(string reason);
}
