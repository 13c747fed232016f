using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.AiGateway.Tests.Fleet;

/// <summary>Identity's wire, with keys that a test hands out.</summary>
internal sealed class FakeIdentity : Contracts.Identity.Identity.IdentityBase
{
    private readonly ConcurrentDictionary<string, AuthenticateReply> _keys = new();
    private readonly ConcurrentDictionary<Guid, Channel<IdentityEvent>> _watchers = new();
    private long _sequence = 1;
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>False: the feed says nothing, not even heartbeats.</summary>
    public bool FeedSpeaks { get; set; } = true;

    /// <summary>Not null: asking fails with it.</summary>
    public StatusCode? Away { get; set; }

    public string AddKey(Action<Principal>? change = null)
    {
        var key = "tw-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var principal = new Principal
        {
            OrgId = GatewayFixture.OrgId,
            UserId = Guid.CreateVersion7().ToString(),
            UserEmail = "dev@example.com",
            KeyId = Guid.CreateVersion7().ToString(),
            KeyLineageId = Guid.CreateVersion7().ToString(),
            KeyName = "test key",
            CostCenter = "cc-1",
            Permissions = { "ai_gateway:use" },
            Surfaces = { "ai_gateway" },
            Teams = { new TeamRef { Id = "team-1", Name = "Search" } },
        };
        change?.Invoke(principal);
        _keys[Hash(key)] = new AuthenticateReply { Outcome = AuthOutcome.Ok, Principal = principal };
        return key;
    }

    public void Judge(string key, AuthOutcome outcome, bool tell = true)
    {
        _keys[Hash(key)] = new AuthenticateReply { Outcome = outcome };
        if (!tell)
            return;
        var change = new IdentityEvent
        {
            Sequence = (ulong)Interlocked.Increment(ref _sequence),
            Key = new KeyChanged { KeySha256 = ByteString.CopyFrom(SHA256.HashData(Encoding.ASCII.GetBytes(key))) },
        };
        foreach (var watcher in _watchers.Values)
            watcher.Writer.TryWrite(change);
    }

    public override Task<AuthenticateReply> Authenticate(AuthenticateRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _asked);
        if (Away is { } status)
            throw new RpcException(new Status(status, "away"));
        return Task.FromResult(_keys.GetValueOrDefault(Convert.ToHexString(request.KeySha256.Span)) ?? new AuthenticateReply { Outcome = AuthOutcome.Unknown });
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<IdentityEvent> responseStream, ServerCallContext context)
    {
        var id = Guid.NewGuid();
        var changes = _watchers.GetOrAdd(id, static _ => Channel.CreateUnbounded<IdentityEvent>());
        try
        {
            while (!context.CancellationToken.IsCancellationRequested)
            {
                while (changes.Reader.TryRead(out var change))
                    await responseStream.WriteAsync(change);
                if (FeedSpeaks)
                    await responseStream.WriteAsync(new IdentityEvent { Sequence = (ulong)Interlocked.Read(ref _sequence), Heartbeat = new Heartbeat() });
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
                pause.CancelAfter(100);
                try
                {
                    await changes.Reader.WaitToReadAsync(pause.Token);
                }
                catch (OperationCanceledException)
                {
                }
            }
        }
        finally
        {
            _watchers.TryRemove(id, out _);
        }
    }

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
}
