namespace ThinkWatch.BodyOffload.Stores;

/// <summary>Deletes stored responses whose time is over: a bounded number of files is looked at in each pass, and a pass begins where the last one ended.</summary>
internal sealed partial class ExpirySweeper(DirectoryStore directory, TimeProvider time, ILogger<ExpirySweeper> log) : BackgroundService
{
    internal const int FilesAPass = 5_000;
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var deleted = directory.Sweep(time.GetUtcNow(), FilesAPass);
                if (deleted > 0)
                    Swept(deleted);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                NotSwept(fault.GetType().Name);
            }
        }
    }

    [LoggerMessage(402, LogLevel.Information, "{Count} stored objects have expired and are deleted")]
    private partial void Swept(int count);

    [LoggerMessage(403, LogLevel.Warning, "Expired objects could not be deleted ({Reason})")]
    private partial void NotSwept(string reason);
}
