using System.Diagnostics;
using System.Net.Http.Json;

namespace ThinkWatch.Integration.Tests.Replicas;

/// <summary>What is done at one replica holds at the other: limits, the catalog, sessions, lockouts.</summary>
[Collection(ReplicaCollection.Name)]
public sealed class SharedStateTests(ReplicaFleet replicas)
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Rule_SetAtOneReplica_IsInForceAtBothGatewaysWithinASecond(int where)
    {
        var (key, keyId) = await replicas.CreateKeyAsync(_cancel);
        using var limits = ReplicaFleet.Client(replicas.Of("limits")[where], replicas.Admin.ApiKey);
        var rule = new { surface = "ai_gateway", metric = "requests", window_secs = 86400, max_count = 1 };

        (await ReplicaFleet.StatusAsync(limits.PostAsJsonAsync($"/api/admin/limits/api_key/{keyId}/rules", rule, _cancel))).ShouldBe(201);
        var answered = Stopwatch.GetTimestamp();

        await Task.WhenAll(replicas.Of("ai-gateway").Select(async gateway =>
        {
            using var client = ReplicaFleet.Client(gateway, key);
            var last = await LastPassedAsync(client, answered);
            last.ShouldBeLessThanOrEqualTo(Promise, $"{gateway}");
        }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Model_TurnedOffAtOneReplica_IsOffAtBothGatewaysWithinASecond(int where)
    {
        var model = $"sim-chat-off-{where}";
        await replicas.Admin.AddSimulatedModelAsync(model, _cancel);
        await replicas.AwaitModelAsync(model, _cancel);
        using var catalog = ReplicaFleet.Client(replicas.Of("admin-api")[where], replicas.Admin.ApiKey);

        (await ReplicaFleet.StatusAsync(catalog.PatchAsJsonAsync($"/api/admin/models/{model}", new { enabled = false }, _cancel))).ShouldBe(200);
        var answered = Stopwatch.GetTimestamp();

        await Task.WhenAll(replicas.Of("ai-gateway").Select(async gateway =>
        {
            using var client = ReplicaFleet.Client(gateway, replicas.Admin.ApiKey);
            (await LastPassedAsync(client, answered, model)).ShouldBeLessThanOrEqualTo(Promise, $"{gateway}");
        }));
    }

    [Fact]
    public async Task RefreshToken_SpentAtOneReplica_EndsTheSessionWhenItComesBackToTheOther()
    {
        var (_, email, _, _) = await replicas.CreatePersonAsync(_cancel);
        var (one, two) = (replicas.Of("identity")[0], replicas.Of("identity")[1]);
        var first = await Browser.SignInAsync(one, email, ReplicaFleet.Password, _cancel);
        var second = (await Browser.RefreshAsync(two, first, _cancel)).ShouldNotBeNull();
        (await Browser.MeAsync(one, second, _cancel)).ShouldBe(200);

        (await Browser.RefreshAsync(one, first, _cancel)).ShouldBeNull("a spent token was taken");

        (await Browser.MeAsync(one, second, _cancel)).ShouldBe(401);
        (await Browser.MeAsync(two, second, _cancel)).ShouldBe(401);
        (await Browser.RefreshAsync(two, second, _cancel)).ShouldBeNull("the family is dead");
    }

    [Fact]
    public async Task RefreshToken_SentToBothReplicasAtOnce_IsTakenOnceAtMost()
    {
        var (_, email, _, _) = await replicas.CreatePersonAsync(_cancel);
        var cookies = await Browser.SignInAsync(replicas.Of("identity")[0], email, ReplicaFleet.Password, _cancel);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Browser.RefreshAsync(replicas.Of("identity")[n % 2], cookies, _cancel)));

        taken.Count(static renewed => renewed is not null).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Login_WrongTenTimesOverBothReplicas_MustWaitAtEither()
    {
        var (_, email, _, _) = await replicas.CreatePersonAsync(_cancel);
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await Browser.LoginAsync(replicas.Of("identity")[i % 2], email, "Wrong-Password-1", _cancel);
            ((int)wrong.StatusCode).ShouldBeOneOf(401, 429);
        }

        foreach (var identity in replicas.Of("identity"))
        {
            using var right = await Browser.LoginAsync(identity, email, ReplicaFleet.Password, _cancel);
            ((int)right.StatusCode).ShouldBe(429, $"{identity}");
        }
    }

    private async Task<TimeSpan> LastPassedAsync(HttpClient gateway, long answered, string model = "sim-chat")
    {
        var last = TimeSpan.Zero;
        while (true)
        {
            var began = Stopwatch.GetElapsedTime(answered);
            if (began > Promise + TimeSpan.FromMilliseconds(500)) return last;
            var call = new { model, messages = new[] { new { role = "user", content = "x" } } };
            if (await ReplicaFleet.StatusAsync(gateway.PostAsJsonAsync("/v1/chat/completions", call, _cancel)) == 200) last = began;
            await Task.Delay(20, _cancel);
        }
    }
}
