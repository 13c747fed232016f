using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Fleet;
using ThinkWatch.Pipeline;

namespace ThinkWatch.Load;

/// <summary>
/// What it costs to know whose key a call shows. A hit: in this process, in turns with what it is made of. A miss: asked of identity, in turns with a question
/// that it answers without its store; and how many transactions the store makes for it, above what it makes at rest, beside those of a single query.
/// </summary>
internal static class IdentityCost
{
    private const int Hits = 1_000_000;
    private const int Misses = 3000;
    private const int Callers = 8;
    private const int Rounds = 7;
    private const string Address = "203.0.113.7";

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var fleet = await FleetProcess.StartAsync(cancellationToken: cancellationToken);
        using var admin = await Administrator.SetUpAsync(fleet, cancellationToken);
        await using var wires = new FleetWires(fleet);
        await HitsAsync(wires, admin.ApiKey, cancellationToken);
        await MissesAsync(fleet, wires, admin.ApiKey, cancellationToken);
    }

    private static async Task HitsAsync(FleetWires wires, string key, CancellationToken cancellationToken)
    {
        var policy = new PipelinePolicy { StaleMax = static () => TimeSpan.FromMinutes(5), LimitsTimeout = static () => TimeSpan.FromSeconds(1), LimitsFailClosed = static () => false };
        var cache = new PrincipalCache(wires.Identity, policy, TimeProvider.System, NullLogger<PrincipalCache>.Instance);
        var known = KeyHash.OfKey(key);
        cache.HeardFeed();
        if ((await cache.AuthenticateAsync(known, Address, cancellationToken)).Verdict != AuthVerdict.Ok) throw new InvalidOperationException("The key is not good.");
        var plain = new ConcurrentDictionary<(KeyHash, string), object> { [(known, Address)] = cache };
        var bytes = Encoding.ASCII.GetBytes(key);

        Console.WriteLine($"{"a hit, in this process",-44}{"ns",8}{"bytes",8}");
        (string Name, Action Run)[] kinds =
        [
            ("looking up a dictionary with such a key", () => plain.TryGetValue((known, Address), out _)),
            ("SHA-256 of the key", () => SHA256.HashData(bytes, stackalloc byte[32])),
            ("a hit", () => Hit(cache, known, cancellationToken)),
            ("a hit with the hash of the key", () => Hit(cache, KeyHash.OfKey(key), cancellationToken)),
        ];
        var took = kinds.Select(static _ => new List<double>()).ToArray();
        var allocated = new long[kinds.Length];
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < kinds.Length; i++)
            {
                var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                for (var n = 0; n < Hits; n++)
                {
                    if (n % 10_000 == 0) cache.HeardFeed();
                    kinds[i].Run();
                }

                allocated[i] = (GC.GetAllocatedBytesForCurrentThread() - before) / Hits;
                if (round > 0) took[i].Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / Hits); // the first warms up
            }
        }

        for (var i = 0; i < kinds.Length; i++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kinds[i].Name,-44}{Alone.Median(took[i]),8:F0}{allocated[i],8}"));
    }

    private static void Hit(PrincipalCache cache, KeyHash key, CancellationToken cancellationToken)
    {
        var answer = cache.AuthenticateAsync(key, Address, cancellationToken);
        if (!answer.IsCompletedSuccessfully || answer.Result.Verdict != AuthVerdict.Ok) throw new InvalidOperationException("It was no hit.");
    }

    private static async Task MissesAsync(FleetProcess fleet, FleetWires wires, string key, CancellationToken cancellationToken)
    {
        await using var store = NpgsqlDataSource.Create(wires.Postgres);
        var request = new AuthenticateRequest { KeySha256 = ByteString.CopyFrom(SHA256.HashData(Encoding.ASCII.GetBytes(key))), ClientIp = Address };
        var unasked = new AuthenticateRequest { KeySha256 = ByteString.CopyFrom(1, 2, 3), ClientIp = Address };
        Console.WriteLine();
        Console.WriteLine($"{"a miss",-44}{"p50 ms",8}{"identity µs",13}{"postgres µs",13}{"transactions",14}");
        foreach (var ask in (Func<Task>[])[OneQueryAsync, () => AuthenticateAsync(unasked), () => AuthenticateAsync(request)]) await AskAsync(ask); // warms up
        var last = await TransactionsAsync();
        await Task.Delay(TimeSpan.FromSeconds(10), cancellationToken);
        var (atRest, _) = await SinceAsync();
        await MeasureAsync("one query from this process, for comparison", OneQueryAsync);
        await MeasureAsync("no such hash: answered without the store", () => AuthenticateAsync(unasked));
        await MeasureAsync("a key", () => AuthenticateAsync(request));

        async Task AuthenticateAsync(AuthenticateRequest asked) =>
            await wires.Identity.AuthenticateAsync(asked, deadline: DateTime.UtcNow + TimeSpan.FromSeconds(5), cancellationToken: cancellationToken);

        // Of a table, else its session does not tell. As services do: before the query the driver resets the connection that it takes from the pool, which the store counts as a transaction too.
        async Task OneQueryAsync()
        {
            await using var command = store.CreateCommand("SELECT datname FROM pg_database LIMIT 1");
            await command.ExecuteScalarAsync(cancellationToken);
        }

        async Task MeasureAsync(string name, Func<Task> askAsync)
        {
            var (identity, postgres) = (ProcessMeter.CpuSeconds(fleet.ProcessesOf("identity")), ProcessMeter.CpuSeconds(fleet.ProcessesOf("postgres")));
            var p50 = await AskAsync(askAsync);
            (identity, postgres) = (ProcessMeter.CpuSeconds(fleet.ProcessesOf("identity")) - identity, ProcessMeter.CpuSeconds(fleet.ProcessesOf("postgres")) - postgres);
            var (perSecond, seconds) = await SinceAsync();

            // What the feeds and the beats of the fleet do by themselves is taken off.
            var transactions = (perSecond - atRest) * seconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-44}{p50,8:F2}{identity / Misses * 1e6,13:F0}{postgres / Misses * 1e6,13:F0}{transactions / Misses,14:F2}"));
        }

        async Task<double> AskAsync(Func<Task> askAsync)
        {
            var took = new ConcurrentBag<double>();
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
                async () =>
                {
                    for (var i = 0; i < Misses / Callers; i++)
                    {
                        var asking = Stopwatch.GetTimestamp();
                        await askAsync();
                        took.Add(Stopwatch.GetElapsedTime(asking).TotalMilliseconds);
                    }
                },
                cancellationToken)));
            return Alone.Median(took);
        }

        // A second, since the last time it was asked.
        async Task<(double PerSecond, double Seconds)> SinceAsync()
        {
            var before = last;
            last = await TransactionsAsync();
            var seconds = Stopwatch.GetElapsedTime(before.At, last.At).TotalSeconds;
            return ((last.Count - before.Count) / seconds, seconds);
        }

        // A session tells what it did when it has been idle for ten seconds.
        async Task<(long Count, long At)> TransactionsAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(11), cancellationToken);
            await using var command = store.CreateCommand("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
            return ((long)(await command.ExecuteScalarAsync(cancellationToken))!, Stopwatch.GetTimestamp());
        }
    }
}
