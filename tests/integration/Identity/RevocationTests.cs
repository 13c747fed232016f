using System.Diagnostics;
using Grpc.Core;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Promise 3: what is taken away stops working within a second on every replica, without a message that could be lost.</summary>
public sealed class RevocationTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Watch_RevokedKey_IsToldWithinASecond()
    {
        var key = await identity.CreateKeyAsync(new { name = "watched", surfaces = new[] { "ai_gateway" } });
        await using var watcher = await Watcher.StartAsync(identity);

        var started = Stopwatch.GetTimestamp();
        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/keys/{key.GetProperty("id")}")).Status.ShouldBe(204);
        await watcher.UntilAsync(e => e.Key?.KeySha256.Span.SequenceEqual(IdentityFixture.Hash(key.GetProperty("key").GetString()!)) == true);

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Promise);
        (await identity.AuthenticateAsync(key.GetProperty("key").GetString()!)).Outcome.ShouldBe(AuthOutcome.Revoked);
    }

    [Fact]
    public async Task Watch_DisabledUserAndChangedRole_AreTold()
    {
        var (id, _, key) = await identity.CreatePersonAsync();
        await using var watcher = await Watcher.StartAsync(identity);

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { roles = new[] { "viewer" } })).Status.ShouldBe(200);
        await watcher.UntilAsync(e => e.User?.UserId == id);
        (await identity.AuthenticateAsync(key)).Principal.Permissions.ShouldNotContain("ai_gateway:use");

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { status = "disabled" })).Status.ShouldBe(200);
        await watcher.UntilAsync(e => e.User?.UserId == id);
        (await identity.AuthenticateAsync(key)).Outcome.ShouldBe(AuthOutcome.Disabled);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", key: key)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Watch_NothingHappens_HeartbeatsInTime()
    {
        await using var watcher = await Watcher.StartAsync(identity);
        var gaps = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await watcher.UntilAsync(_ => true);
            gaps.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        // A consumer gives up after 800 ms.
        gaps.Max().ShouldBeLessThan(800);
        gaps.Average().ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Watch_FromAnOlderSequence_HearsWhatItMissed()
    {
        ulong position;
        await using (var first = await Watcher.StartAsync(identity))
            position = (await first.UntilAsync(_ => true)).Sequence;
        var key = await identity.CreateKeyAsync(new { name = "missed", surfaces = new[] { "ai_gateway" } });

        await using var second = await Watcher.StartAsync(identity, position);

        (await second.UntilAsync(e => e.Key is not null)).Key.KeyId.ShouldBe(key.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Watch_FromASequenceThatIsNotKept_IsToldToForget()
    {
        await using var watcher = await Watcher.StartAsync(identity, after: 1_000_000);

        (await watcher.UntilAsync(e => e.ChangeCase != IdentityEvent.ChangeOneofCase.Heartbeat)).ChangeCase.ShouldBe(IdentityEvent.ChangeOneofCase.Reset);
    }

    [Fact]
    public async Task Wire_WithoutInternalToken_IsRefused()
    {
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress(identity.Service.Grpc, new() { HttpHandler = new SocketsHttpHandler() });
        var stranger = new Contracts.Identity.Identity.IdentityClient(channel);

        var refused = await Should.ThrowAsync<RpcException>(async () => await stranger.AuthenticateAsync(new AuthenticateRequest()));

        refused.StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    private sealed class Watcher : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
        private readonly AsyncServerStreamingCall<IdentityEvent> _call;

        private Watcher(AsyncServerStreamingCall<IdentityEvent> call) => _call = call;

        /// <summary>Returns once the stream has spoken, so that nothing later can be missed.</summary>
        public static async Task<Watcher> StartAsync(IdentityFixture identity, ulong after = 0)
        {
            var watcher = new Watcher(identity.Wire.Watch(new WatchRequest { AfterSequence = after, Consumer = "test" }));
            if (after == 0)
                await watcher.UntilAsync(_ => true);
            return watcher;
        }

        public async Task<IdentityEvent> UntilAsync(Func<IdentityEvent, bool> wanted)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (await _call.ResponseStream.MoveNext(patience.Token))
            {
                if (wanted(_call.ResponseStream.Current))
                    return _call.ResponseStream.Current;
            }

            throw new InvalidOperationException("The stream ended.");
        }

        public ValueTask DisposeAsync()
        {
            _call.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
