using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Pipeline;

/// <summary>
/// Asks limits and identity, every replica of them, a question without consequence at start: opening connections and compiling code for the first time takes
/// longer than a call waits for its check. Ready once they have answered, or after a while without them: then calls are treated as the settings say.
/// </summary>
internal sealed partial class FirstContact(
    LimitsGate limits, Contracts.Identity.Identity.IdentityClient identity, FleetAddresses addresses, TimeProvider time, ILogger<FirstContact> log)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private volatile bool _isOver;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isOver ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("identity and limits have not answered yet"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(s_patience);
        await Task.WhenAll(
            ReachAsync("limits", () => limits.TryReachAsync(s_deadline), patience.Token),
            ReachAsync("identity", TryReachIdentityAsync, patience.Token)).ConfigureAwait(false);
        _isOver = true;
        if (patience.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
            NotReached(s_patience.TotalSeconds);
    }

    /// <summary>Calls take turns: as many questions reach as many replicas.</summary>
    private async Task ReachAsync(string service, Func<Task<bool>> tryReach, CancellationToken patience)
    {
        var left = addresses.All(service, "grpc").Count;
        while (left > 0 && !patience.IsCancellationRequested)
        {
            if (await tryReach().ConfigureAwait(false))
                left--;
            else
                await Task.Delay(s_pause, time, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryReachIdentityAsync()
    {
        try
        {
            var nobodys = new AuthenticateRequest { KeySha256 = default(KeyHash).ToByteString() };
            await identity.AuthenticateAsync(nobodys, deadline: DateTime.UtcNow + s_deadline).ConfigureAwait(false);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    [LoggerMessage(313, LogLevel.Warning, "Identity and limits have not all answered within {Seconds} s: calls are served as the settings say for that")]
    private partial void NotReached(double seconds);
}
