using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Pipeline;

/// <summary>
/// Answers "whose key is this?" without asking identity on every call.
/// <list type="number">
/// <item>A principal is good for 30 s while the change feed is fresh; a change drops it at once.</item>
/// <item>While the feed is stale (nothing heard for 800 ms) every call is authenticated anew.</item>
/// <item>While identity is away a known principal stays good for <c>auth.stale_max_secs</c>; an unknown key is <see cref="AuthVerdict.Unavailable"/>.</item>
/// <item>Unknown keys are remembered for 5 s in a bounded cache of their own: a guessing client costs identity nothing.</item>
/// </list>
/// Any number of callers; the feed has one writer.
/// </summary>
public sealed partial class PrincipalCache(
    Contracts.Identity.Identity.IdentityClient identity, PipelinePolicy policy, TimeProvider time, ILogger<PrincipalCache> log)
{
    internal static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan FeedSilence = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromMilliseconds(300);
    private const int MaxPrincipals = 50_000;
    private const int MaxUnknown = 10_000;

    private readonly ConcurrentDictionary<CacheKey, Entry> _known = new();
    private readonly ConcurrentDictionary<CacheKey, long> _unknown = new();
    private readonly ConcurrentDictionary<CacheKey, TaskCompletionSource<Authentication>> _inFlight = new();
    private long _feedHeardAt = long.MinValue;
    private long _awaySince = long.MinValue;
    private long _changes;

    /// <summary>True while the change feed has been heard within 800 ms: what is cached is what identity says.</summary>
    public bool IsFresh
    {
        get
        {
            var heard = Volatile.Read(ref _feedHeardAt);
            return heard != long.MinValue && time.GetElapsedTime(heard) < FeedSilence;
        }
    }

    /// <summary>Judges a key that was shown from <paramref name="clientAddress"/> (an address list may be part of the verdict).</summary>
    public ValueTask<Authentication> AuthenticateAsync(KeyHash key, string clientAddress, CancellationToken cancellationToken)
    {
        var cacheKey = new CacheKey(key, clientAddress);
        var fresh = IsFresh;
        if (_known.TryGetValue(cacheKey, out var entry))
        {
            if (entry.HasExpired(time))
                return new(new Authentication(AuthVerdict.Expired, null));
            if (fresh && time.GetElapsedTime(entry.ConfirmedAt) < GoodFor)
                return new(entry.Answer);
        }
        else if (fresh && _unknown.TryGetValue(cacheKey, out var until) && time.GetTimestamp() < until)
        {
            return new(new Authentication(AuthVerdict.Unknown, null));
        }

        return new(AskOnceAsync(cacheKey, cancellationToken));
    }

    internal void HeardFeed() => Volatile.Write(ref _feedHeardAt, time.GetTimestamp());

    internal void DropKey(KeyHash key) => Drop(static (cached, _, changed) => cached.Hash == changed, key);

    internal void DropUser(string userId) =>
        Drop(static (_, entry, user) => string.Equals(entry?.Principal.Principal.UserId, user, StringComparison.Ordinal), userId);

    internal void DropOrganization(string orgId) =>
        Drop(static (_, entry, org) => string.Equals(entry?.Principal.Principal.OrgId, org, StringComparison.Ordinal), orgId);

    internal void DropAll() => Drop(static (_, _, _) => true, 0);

    private void Drop<TState>(Func<CacheKey, Entry?, TState, bool> matches, TState state)
    {
        // Before the removal: an answer under way that was formed before this change must not be cached after it.
        Interlocked.Increment(ref _changes);
        foreach (var (key, entry) in _known)
        {
            if (matches(key, entry, state))
                _known.TryRemove(key, out _);
        }

        foreach (var (key, _) in _unknown)
        {
            if (matches(key, null, state))
                _unknown.TryRemove(key, out _);
        }
    }

    private async Task<Authentication> AskOnceAsync(CacheKey key, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource<Authentication>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shared = _inFlight.GetOrAdd(key, mine);
        if (ReferenceEquals(shared, mine))
            _ = AnswerAllAsync(key, mine);
        return await shared.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks on behalf of every call that waits for this key; not ended by the one that came first going away.</summary>
    private async Task AnswerAllAsync(CacheKey key, TaskCompletionSource<Authentication> waiting)
    {
        try
        {
            var answer = await AskAsync(key).ConfigureAwait(false);
            _inFlight.TryRemove(key, out _);
            waiting.SetResult(answer);
        }
        catch (Exception exception)
        {
            // Nothing is swallowed: whoever waits gets it.
            _inFlight.TryRemove(key, out _);
            waiting.SetException(exception);
        }
    }

    private async Task<Authentication> AskAsync(CacheKey key)
    {
        // A frozen identity must not cost every call its deadline: after a fault, known keys are served for a moment without asking.
        var away = Volatile.Read(ref _awaySince);
        if (away != long.MinValue && time.GetElapsedTime(away) < s_pauseAfterFault && WhileAway(key) is { Verdict: AuthVerdict.Ok } known)
            return known;
        var changesBefore = Volatile.Read(ref _changes);
        try
        {
            var request = new AuthenticateRequest { KeySha256 = key.Hash.ToByteString(), ClientIp = key.Address };
            var reply = await identity.AuthenticateAsync(request, deadline: DateTime.UtcNow + s_deadline).ConfigureAwait(false);
            Volatile.Write(ref _awaySince, long.MinValue);
            return Remember(key, reply, cache: Volatile.Read(ref _changes) == changesBefore);
        }
        catch (RpcException exception)
        {
            Volatile.Write(ref _awaySince, time.GetTimestamp());
            IdentityAway(exception.StatusCode);
            return WhileAway(key);
        }
    }

    private Authentication WhileAway(CacheKey key) =>
        _known.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.ConfirmedAt) < policy.StaleMax()
            ? entry.Answer
            : new Authentication(AuthVerdict.Unavailable, null);

    private Authentication Remember(CacheKey key, AuthenticateReply reply, bool cache)
    {
        if (reply is { Outcome: AuthOutcome.Ok, Principal: not null })
        {
            var entry = new Entry(new KnownPrincipal(reply.Principal), time.GetTimestamp());
            if (cache)
                Add(_known, key, entry, MaxPrincipals);
            return entry.Answer;
        }

        _known.TryRemove(key, out _);
        var verdict = reply.Outcome switch
        {
            AuthOutcome.Unknown => AuthVerdict.Unknown,
            AuthOutcome.Expired => AuthVerdict.Expired,
            AuthOutcome.Revoked => AuthVerdict.Revoked,
            AuthOutcome.Disabled => AuthVerdict.Disabled,
            AuthOutcome.AddressNotAllowed => AuthVerdict.AddressNotAllowed,
            _ => AuthVerdict.Unavailable,
        };
        if (verdict == AuthVerdict.Unknown && cache)
            Add(_unknown, key, time.GetTimestamp() + (long)(UnknownFor.TotalSeconds * time.TimestampFrequency), MaxUnknown);
        return new Authentication(verdict, null);
    }

    /// <summary>Room for a new entry is made by dropping an arbitrary tenth: no bookkeeping on the path of every hit.</summary>
    private static void Add<TValue>(ConcurrentDictionary<CacheKey, TValue> cache, CacheKey key, TValue value, int capacity)
    {
        cache[key] = value;
        if (cache.Count <= capacity)
            return;
        var surplus = capacity / 10;
        foreach (var (old, _) in cache)
        {
            if (surplus-- <= 0)
                break;
            cache.TryRemove(old, out _);
        }
    }

    [LoggerMessage(300, LogLevel.Warning, "Identity cannot be asked ({Status}); principals that are known stay good for a while, others get 503")]
    private partial void IdentityAway(StatusCode status);

    private readonly record struct CacheKey(KeyHash Hash, string Address);

    private sealed class Entry(KnownPrincipal principal, long confirmedAt)
    {
        public KnownPrincipal Principal { get; } = principal;

        public long ConfirmedAt { get; } = confirmedAt;

        public Authentication Answer { get; } = new(AuthVerdict.Ok, principal);

        public bool HasExpired(TimeProvider time) =>
            Principal.Principal.ExpiresAtUnixMs is > 0 and var at && time.GetUtcNow().ToUnixTimeMilliseconds() >= at;
    }
}
