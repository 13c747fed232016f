using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Identity;

public sealed class SetupTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Initialize_TwoReplicasEightCallersAtOnce_ExactlyOneSucceeds()
    {
        var database = await stores.CreateDatabaseAsync();
        // Both migrate the empty database at once, too.
        var replicas = await Task.WhenAll(IdentityFixture.StartAsync(stores, database), IdentityFixture.StartAsync(stores, database));
        try
        {
            using var client = new HttpClient();
            var before = await client.GetFromJsonAsync<JsonElement>(new Uri(replicas[0].Http, "/api/setup/status"));
            before.GetProperty("needs_setup").GetBoolean().ShouldBeTrue();
            before.GetProperty("simulator_available").GetBoolean().ShouldBeFalse();
            before.GetProperty("checks").EnumerateArray().Select(c => (c.GetProperty("name").GetString(), c.GetProperty("status").GetString()))
                .ShouldBe([("postgres", "ok"), ("redis", "ok")]);

            var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
                client.PostAsJsonAsync(new Uri(replicas[i % 2].Http, "/api/setup/initialize"), IdentityFixture.SetupBody())));

            replies.Select(r => (int)r.StatusCode).Order().ShouldBe([201, 409, 409, 409, 409, 409, 409, 409]);
            var winner = replies.Single(r => (int)r.StatusCode == 201);
            List<string> cookies = winner.Headers.TryGetValues("Set-Cookie", out var set) ? [.. set] : [];
            cookies.Count.ShouldBe(2, replicas[0].Output + replicas[1].Output);
            cookies.ShouldAllBe(c => c.StartsWith("__Host-thinkwatch_") && c.Contains("; secure") && c.Contains("; httponly") && c.Contains("; samesite=lax") && c.Contains("; path=/"));

            foreach (var replica in replicas)
            {
                var after = await client.GetFromJsonAsync<JsonElement>(new Uri(replica.Http, "/api/setup/status"));
                after.GetProperty("initialized").GetBoolean().ShouldBeTrue();
                after.GetProperty("checks").GetArrayLength().ShouldBe(0);
            }
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("JWT_SECRET", "too-short")]
    [InlineData("JWT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ENCRYPTION_KEY", "c2hvcnQ")]
    [InlineData("INTERNAL_TOKEN", "")]
    public async Task Start_BadSecret_NamesItSaysHowToMakeOneAndExits(string name, string value)
    {
        var (exitCode, output) = await ServiceProcess.RunToEndAsync("ThinkWatch.Identity", "identity",
        [
            new("ConnectionStrings__postgres", "Host=127.0.0.1;Port=1"),
            new("ConnectionStrings__redis", "127.0.0.1:1"),
            new(name, value),
        ]);

        exitCode.ShouldNotBe(0);
        output.ShouldContain(name);
        output.ShouldContain("openssl rand");
        if (value.Length > 0)
            output.ShouldNotContain(value);
    }
}
