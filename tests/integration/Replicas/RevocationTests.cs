using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Replicas;

/// <summary>Promise 3 on every replica: what is taken away is refused within a second of the answer that took it, at each gateway and through edge.</summary>
[Collection(ReplicaCollection.Name)]
public sealed class RevocationTests(ReplicaFleet replicas, ITestOutputHelper output)
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Afterwards = TimeSpan.FromMilliseconds(500);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_Revoked_IsRefusedEverywhereWithinASecond()
    {
        var (_, _, key, keyId) = await replicas.CreatePersonAsync(_cancel);
        await ShouldEndAsync(DoorsOf(key), () => replicas.Admin.Console.DeleteAsync($"/api/keys/{keyId}", _cancel));
    }

    [Fact]
    public async Task User_Disabled_IsRefusedEverywhereWithinASecond()
    {
        var (id, _, key, _) = await replicas.CreatePersonAsync(_cancel);
        await ShouldEndAsync(DoorsOf(key), () => replicas.Admin.Console.PatchAsJsonAsync($"/api/admin/users/{id}", new { status = "disabled" }, _cancel));
    }

    [Fact]
    public async Task Role_TakenAway_IsRefusedEverywhereWithinASecond()
    {
        var (id, _, key, _) = await replicas.CreatePersonAsync(_cancel);
        var roles = await replicas.Admin.GetAsync($"/api/admin/users/{id}/roles", _cancel);
        var assignment = roles.GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString();
        await ShouldEndAsync(DoorsOf(key), () => replicas.Admin.Console.DeleteAsync($"/api/admin/users/{id}/roles/{assignment}", _cancel));
    }

    [Fact]
    public async Task Session_Ended_IsRefusedByEveryServiceWithinASecond()
    {
        var (id, email, _, _) = await replicas.CreatePersonAsync(_cancel);
        var cookie = await Browser.SignInAsync(replicas.Fleet.Console, email, ReplicaFleet.Password, _cancel);
        var doors = new List<Door>();
        foreach (var (service, path) in new[] { ("identity", "/api/auth/me"), ("admin-api", "/api/health"), ("limits", $"/api/admin/limits/user/{id}/dashboard") })
        {
            foreach (var address in replicas.Of(service).Append(replicas.Fleet.Console))
            {
                var client = ReplicaFleet.Client(address, null);
                client.DefaultRequestHeaders.Add("Cookie", cookie.Access);
                doors.Add(new Door($"{service} at {address}", client, c => c.GetAsync(path, _cancel)));
            }
        }

        await ShouldEndAsync(doors, () => replicas.Admin.Console.PostAsync($"/api/admin/users/{id}/logout", null, _cancel));
    }

    private List<Door> DoorsOf(string key)
    {
        var gateways = replicas.Of("ai-gateway").Append(replicas.Fleet.Gateway).Select(address => new Door($"AI at {address}", ReplicaFleet.Client(address, key), c =>
            c.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-chat", messages = new[] { new { role = "user", content = "x" } } }, _cancel)));
        var mcp = replicas.Of("mcp-gateway").Append(replicas.Fleet.Gateway).Select(address => new Door($"MCP at {address}", ReplicaFleet.Client(address, key), async c =>
        {
            using var ping = new HttpRequestMessage(HttpMethod.Post, "/mcp");
            ping.Headers.Accept.ParseAdd("application/json, text/event-stream");
            ping.Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", Encoding.UTF8, "application/json");
            return await c.SendAsync(ping, _cancel);
        }));
        return [.. gateways, .. mcp];
    }

    private async Task ShouldEndAsync(List<Door> doors, Func<Task<HttpResponseMessage>> act)
    {
        foreach (var door in doors) (await ReplicaFleet.StatusAsync(door.Call(door.Client))).ShouldBe(200, door.Name);
        var answered = long.MaxValue;
        var watches = doors.Select(door => WatchAsync(door, () => Volatile.Read(ref answered))).ToList();
        await Task.Delay(100, _cancel);
        (await ReplicaFleet.StatusAsync(act())).ShouldBeInRange(200, 204);
        Volatile.Write(ref answered, Stopwatch.GetTimestamp());
        foreach (var (door, last) in doors.Zip(await Task.WhenAll(watches)))
        {
            output.WriteLine($"{door.Name}: the last call that passed began {last.TotalMilliseconds:0} ms after the answer");
            last.ShouldBeLessThanOrEqualTo(Promise, door.Name);
            door.Client.Dispose();
        }
    }

    /// <summary>Calls until well after the promise's end; how long after the answer the last call that passed began.</summary>
    private async Task<TimeSpan> WatchAsync(Door door, Func<long> answeredAt)
    {
        var last = TimeSpan.MinValue;
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            var status = await ReplicaFleet.StatusAsync(door.Call(door.Client));
            var answered = answeredAt();
            status.ShouldBeOneOf(200, 401, 403);
            if (answered != long.MaxValue)
            {
                var after = Stopwatch.GetElapsedTime(answered, began);
                if (status == 200) last = after;
                if (after > Promise + Afterwards) return last;
            }
            else
            {
                last = TimeSpan.Zero;
            }

            await Task.Delay(15, _cancel);
        }
    }

    private sealed record Door(string Name, HttpClient Client, Func<HttpClient, Task<HttpResponseMessage>> Call);
}
