using StackExchange.Redis;

namespace ThinkWatch.AdminApi.Routing;

/// <summary>Reads the circuit breakers that the gateways share in Redis; it never writes them. Without an answer in time they are unknown.</summary>
internal sealed class BreakerReader(IServiceProvider services)
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer? _redis = services.GetService<IConnectionMultiplexer>();

    public async Task<IReadOnlyDictionary<Guid, string>> ReadAsync(IReadOnlyCollection<Guid> routes, CancellationToken cancellationToken)
    {
        if (_redis is null)
            return new Dictionary<Guid, string>();
        try
        {
            var database = _redis.GetDatabase();
            var states = await Task.WhenAll(routes.Select(route => database.HashGetAsync("tw:breaker:{" + route + "}", "s"))).WaitAsync(_deadline, cancellationToken);
            return routes.Zip(states).ToDictionary(static pair => pair.First, static pair => Name(pair.Second));
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return new Dictionary<Guid, string>();
        }
    }

    // A breaker that nobody has had reason to write is closed.
    private static string Name(RedisValue state) => (string?)state switch
    {
        "1" => "half_open",
        "2" => "open",
        _ => "closed",
    };
}
