using System.Collections.Immutable;
using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>
/// The life of one process, or of one replica: waits for what it depends on, starts it, watches its health, starts it again
/// when it crashes, stops it. One loop owns the state; <see cref="StopAsync"/> may be called from anywhere.
/// </summary>
internal sealed class Supervisor(
    IResource resource, int replica, DistributedApplicationExecutionContext context,
    ResourceNotificationService notifications, HealthProbe health, ApplicationConsole console)
{
    private static readonly TimeSpan Insist = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private SupervisedProcess? _process;
    private Task _running = Task.CompletedTask;
    private CancellationToken _atOnce;

    public IResource Resource { get; } = resource;

    public string Id { get; } = resource.GetReplicaCount() > 1 ? $"{resource.Name}-{replica}" : resource.Name;

    /// <summary>True if others wait for its end: a task, which is not started again.</summary>
    public required bool IsTask { get; init; }

    public void Announce() => Publish(KnownResourceStates.NotStarted);

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>SIGTERM to the group, SIGINT if that was not enough, SIGKILL at the end of the grace or at once.</summary>
    public async Task StopAsync(CancellationToken atOnce)
    {
        _atOnce = atOnce;
        await _stopping.CancelAsync();
        if (_process is { } process)
        {
            Publish(KnownResourceStates.Stopping);
            await EndAsync(process, atOnce);
        }

        await _running;
    }

    private static async Task EndAsync(SupervisedProcess process, CancellationToken atOnce)
    {
        process.Signal(SupervisedProcess.Sigterm);
        if (!await EndedAsync(process, Insist, atOnce))
            process.Signal(SupervisedProcess.Sigint);
        if (!await EndedAsync(process, Grace - Insist, atOnce))
            process.Kill();
    }

    private static async Task<bool> EndedAsync(SupervisedProcess process, TimeSpan within, CancellationToken atOnce)
    {
        try
        {
            await process.Exited.WaitAsync(within, atOnce);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task RunAsync()
    {
        var stopping = _stopping.Token;
        try
        {
            if (Resource.Annotations.OfType<WaitAnnotation>().Any())
            {
                Publish(KnownResourceStates.Waiting);
                await WaitForDependenciesAsync(stopping);
            }

            var backoff = new Backoff();
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var exitCode = await RunOnceAsync(stopping);
                if (stopping.IsCancellationRequested || IsTask)
                    return;
                var delay = backoff.After(Stopwatch.GetElapsedTime(started));
                console.Event(Id, $"ended with code {exitCode}; starting again in {delay.TotalSeconds:0.##} s");
                await Task.Delay(delay, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Publish(KnownResourceStates.NotStarted);
        }
        catch (Exception e) when (e is DistributedApplicationException or System.ComponentModel.Win32Exception or IOException)
        {
            console.Event(Id, e.Message);
            Publish(KnownResourceStates.FailedToStart);
        }
    }

    private async Task<int> RunOnceAsync(CancellationToken stopping)
    {
        Publish(KnownResourceStates.Starting);
        var plan = await LaunchPlan.CreateAsync(Resource, replica, context, stopping);
        using var process = SupervisedProcess.Start(plan, line => console.Line(Id, line));
        _process = process;
        Publish(KnownResourceStates.Running, snapshot => snapshot with
        {
            Properties = [new("executable.pid", process.Id)],
            Urls = [.. Resource.Annotations.OfType<EndpointAnnotation>().Select(Url)],
            StartTimeStamp = DateTime.UtcNow,
            ExitCode = null,
        });
        if (stopping.IsCancellationRequested)
            await EndAsync(process, _atOnce); // the stop came between start and assignment

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = IsTask
            ? Task.CompletedTask // it is waited for until it ends, not until it is healthy
            : health.WatchAsync(Resource, replica, status => Publish(KnownResourceStates.Running, s => s with { HealthStatus = status }), ended.Token);
        var exitCode = await process.Exited;
        await ended.CancelAsync();
        await watch;
        await process.CleanUpAsync();
        _process = null;
        Publish(exitCode == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited, s => s with
        {
            ExitCode = exitCode,
            Properties = [],
            HealthStatus = null,
            StopTimeStamp = DateTime.UtcNow,
        });
        return exitCode;
    }

    private async Task WaitForDependenciesAsync(CancellationToken cancellationToken)
    {
        foreach (var wait in Resource.Annotations.OfType<WaitAnnotation>().Where(w => w.Resource is ExecutableResource or ProjectResource))
        {
            var change = await notifications.WaitForResourceAsync(wait.Resource.Name, e => IsDecided(wait, e.Snapshot), cancellationToken);
            if (!IsMet(wait, change.Snapshot))
                throw new DistributedApplicationException($"not started: '{wait.Resource.Name}', which it waits for, failed");
        }
    }

    private static bool IsDecided(WaitAnnotation wait, CustomResourceSnapshot snapshot) =>
        IsMet(wait, snapshot)
        || snapshot.State?.Text == KnownResourceStates.FailedToStart
        || (wait.WaitType == WaitType.WaitForCompletion && snapshot.ExitCode is not null);

    private static bool IsMet(WaitAnnotation wait, CustomResourceSnapshot snapshot) => wait.WaitType switch
    {
        WaitType.WaitForCompletion => snapshot.ExitCode == wait.ExitCode,
        WaitType.WaitUntilStarted => snapshot.State?.Text == KnownResourceStates.Running,
        _ => snapshot.HealthStatus == HealthStatus.Healthy,
    };

    private UrlSnapshot Url(EndpointAnnotation endpoint) =>
        new(endpoint.Name, $"{endpoint.UriScheme}://127.0.0.1:{endpoint.PortOf(replica)}", IsInternal: !endpoint.IsExternal);

    private void Publish(string state, Func<CustomResourceSnapshot, CustomResourceSnapshot>? change = null) =>
        _ = notifications.PublishUpdateAsync(Resource, Id, s => (change?.Invoke(s) ?? s) with { State = state });
}
