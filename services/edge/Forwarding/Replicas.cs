using System.Collections.Concurrent;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Edge.Forwarding;

/// <summary>
/// Spreads requests over a service's replicas, round robin. One that refused a connection rests for two seconds; one that says that it is not ready gets
/// none while another is, one that says nothing none while another says anything (<see cref="ReplicaWatch"/>). Thread-safe.
/// </summary>
internal sealed class Replicas(FleetAddresses addresses, TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Replica[]> _byService = new(StringComparer.Ordinal);
    private uint _turn;

    /// <summary>All replicas of a service; none when it is not deployed.</summary>
    public IReadOnlyList<Replica> Of(string service) => All(service);

    /// <summary>The services of which there are several: nothing can be chosen of the others.</summary>
    public IEnumerable<string> Replicated => addresses.Services.Where(service => All(service).Length > 1);

    /// <summary>The next replica to try, a resting one only when all rest; null when the service is not deployed.</summary>
    public Replica? Next(string service)
    {
        var replicas = All(service);
        if (replicas.Length <= 1) return replicas.FirstOrDefault();
        var now = time.GetTimestamp();
        var start = Interlocked.Increment(ref _turn);
        for (var state = ReplicaState.Ready; state >= ReplicaState.Live; state--)
        {
            for (var i = 0u; i < replicas.Length; i++)
            {
                var replica = replicas[(start + i) % replicas.Length];
                if (replica.State >= state && Volatile.Read(ref replica.RestsUntil) <= now) return replica;
            }
        }

        return replicas[start % replicas.Length];
    }

    /// <summary>Takes a replica out of turn for a moment.</summary>
    public void Refused(Replica replica) =>
        Volatile.Write(ref replica.RestsUntil, time.GetTimestamp() + (long)(Rest.TotalSeconds * time.TimestampFrequency));

    private Replica[] All(string service) => _byService.GetOrAdd(service, static (name, fleet) =>
        [.. fleet.All(name, "http").Select(static a => new Replica(a.AbsoluteUri.TrimEnd('/')))], addresses);
}

/// <summary>What a replica said when it was asked last.</summary>
internal enum ReplicaState
{
    Away,
    Live,
    Ready,
}

/// <summary>One address of a service.</summary>
internal sealed class Replica(string address)
{
    public string Address { get; } = address;

    public long RestsUntil;

    private volatile ReplicaState _state = ReplicaState.Ready;

    public ReplicaState State => _state;

    public void Heard(ReplicaState state) => _state = state;
}
