using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.AppHost;

/// <summary>Follows the fleet: keeps run.json, says when all is live, and ends a start that cannot succeed.</summary>
internal sealed class FleetWatch(ResourceNotificationService notifications, DistributedApplicationModel model, Paths paths, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(15);
    private readonly SortedDictionary<string, RunFile.Entry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _expected = [.. model.Resources.Where(r => r is ProjectResource or ExecutableResource).Select(r => r.Name)];
    private bool _ready;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var reminding = RemindAsync(starting.Token);
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
            {
                if (change.Resource is not (ProjectResource or ExecutableResource))
                    continue;
                lock (_entries)
                    _entries[change.ResourceId] = RunFile.EntryOf(change);
                if (!_ready && IsReady())
                {
                    _ready = true;
                    await starting.CancelAsync();
                    Announce();
                }

                WriteRunFile();
                GiveUpIfHopeless(change);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The fleet stops.
        }
        finally
        {
            await starting.CancelAsync();
            await reminding;
        }
    }

    private static bool IsUp(RunFile.Entry entry) => entry.Healthy || entry.State == KnownResourceStates.Finished;

    private bool IsReady()
    {
        lock (_entries)
            return _expected.All(name => _entries.TryGetValue(name, out var entry) && IsUp(entry));
    }

    private void Announce()
    {
        var took = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;
        Console.WriteLine($"""

            ThinkWatch is ready after {took:0.0} s.

              Console   {Address("console")}          set up or sign in here: {Address("console")}/setup
              Gateway   {Address("gateway")}          base URL of OpenAI clients: {Address("gateway")}/v1

              1. Open the console and create the first administrator.
              2. Choose "Try with simulated models", or add a provider with its key.
              3. Call the gateway with the key that set-up prints.

              Data and secrets: {paths.Data}          Ctrl-C stops everything.

            """);
        if (Console.IsOutputRedirected)
            Console.WriteLine($"ready gateway={Address("gateway")} console={Address("console")}");
    }

    private void WriteRunFile()
    {
        lock (_entries)
            new RunFile(Environment.ProcessId, _ready, Address("gateway"), Address("console"), _entries.Values).Write(paths.RunFile);
    }

    private string? Address(string endpoint)
    {
        lock (_entries)
            return _entries.TryGetValue("edge", out var edge) && edge.Ports is { } ports && ports.TryGetValue(endpoint, out var port) ? $"http://127.0.0.1:{port}" : null;
    }

    /// <summary>A process that cannot even be started, or a task that failed, will not get better by waiting.</summary>
    private void GiveUpIfHopeless(ResourceEvent change)
    {
        if (_ready || Environment.ExitCode != 0 || change.Snapshot.State?.Text != KnownResourceStates.FailedToStart)
            return;
        Console.WriteLine($"ThinkWatch cannot start: '{change.ResourceId}' failed; the lines above say why. Stopping.");
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private async Task RemindAsync(CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Reminder);
        try
        {
            while (await ticks.WaitForNextTickAsync(cancellationToken))
            {
                lock (_entries)
                    Console.WriteLine($"not live yet: {string.Join(", ", _expected.Where(name => !_entries.TryGetValue(name, out var entry) || !IsUp(entry)))}");
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ready, or stopping.
        }
    }
}
