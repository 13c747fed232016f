namespace ThinkWatch.Edge.Forwarding;

/// <summary>Asks every replica each second whether it is ready, where there are several.</summary>
internal sealed class ReplicaWatch(Replicas replicas, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // More than a busy moment of a live process, less than what a caller waits for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Patience }) { Timeout = Patience };

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watched = replicas.Replicated.SelectMany(replicas.Of).ToList();
        if (watched.Count == 0) return;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await Task.WhenAll(watched.Select(replica => AskAsync(replica, stoppingToken)));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AskAsync(Replica replica, CancellationToken stoppingToken)
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri(replica.Address + "/health/ready"), stoppingToken);
            replica.Heard(answer.IsSuccessStatusCode ? ReplicaState.Ready : ReplicaState.Live);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stoppingToken.IsCancellationRequested)
        {
            replica.Heard(ReplicaState.Away);
        }
    }
}
