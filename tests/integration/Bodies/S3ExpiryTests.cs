using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.BodyOffload.Stores;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Bodies;

/// <summary>Stored responses on S3, in a bucket that forgets nothing by itself: what is deleted is gone at once, and what has expired goes with the next sweep.</summary>
public sealed class S3ExpiryTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_end = new(2031, 3, 1, 12, 0, 30, TimeSpan.Zero);
    private readonly S3Server _s3 = new();

    public async ValueTask InitializeAsync() => await _s3.StartAsync();

    public async ValueTask DisposeAsync() => await _s3.DisposeAsync();

    [Fact]
    public async Task Response_Deleted_LeavesNothingInTheBucket()
    {
        await using var service = await ServiceAsync();
        using var channel = service.Channel();
        var bodies = new Contracts.Bodies.Bodies.BodiesClient(channel);
        await PutAsync(bodies, "a", s_end, [1, 2, 3]);
        await PutAsync(bodies, "large", s_end, new byte[9_000_000]);
        _s3.Keys().Length.ShouldBe(4); // each with the mark that says when it goes
        foreach (var id in (string[])["a", "large"])
        {
            (await bodies.DeleteAsync(new DeleteRequest { Key = Key(id), OrgId = "org-1" })).Deleted.ShouldBeTrue();
            (await Should.ThrowAsync<RpcException>(() => ReadAsync(bodies, id))).StatusCode.ShouldBe(StatusCode.NotFound);
        }

        _s3.Keys().ShouldBeEmpty();
    }

    [Fact]
    public async Task Responses_WhoseTimeIsOver_GoWithASweep_AndNoOthers()
    {
        await using var service = await ServiceAsync();
        using var channel = service.Channel();
        var bodies = new Contracts.Bodies.Bodies.BodiesClient(channel);
        await PutAsync(bodies, "first", s_end, [1]);
        await PutAsync(bodies, "second", s_end.AddMinutes(1), new byte[9_000_000]);
        await PutAsync(bodies, "later", s_end.AddHours(1), [3]);
        await PutAsync(bodies, "always", null, [4]);
        await PutAsync(bodies, "renewed", s_end, [5]);
        await PutAsync(bodies, "renewed", s_end.AddHours(2), [6]);
        using var store = new S3Store(new S3Settings(new Uri(_s3.Environment["S3_ENDPOINT_URL"]), S3Server.Bucket, "us-east-1", "S3RVER", "S3RVER", ForcePathStyle: true));
        (await SweepAsync(store, s_end.AddSeconds(-31))).ShouldBe(0);
        (await SweepAsync(store, s_end.AddMinutes(2))).ShouldBe(2);
        foreach (var id in (string[])["first", "second"])
            (await Should.ThrowAsync<RpcException>(() => ReadAsync(bodies, id))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await ReadAsync(bodies, "renewed")).ShouldBe([6]);
        (await SweepAsync(store, s_end.AddYears(9))).ShouldBe(2);
        (await ReadAsync(bodies, "always")).ShouldBe([4]);
        _s3.Keys().Length.ShouldBe(1);
    }

    [Fact]
    public async Task Sweep_LooksAtSoMany_AndTheNextGoesOn()
    {
        await using var service = await ServiceAsync();
        using var channel = service.Channel();
        var bodies = new Contracts.Bodies.Bodies.BodiesClient(channel);
        for (var i = 0; i < 7; i++)
            await PutAsync(bodies, $"r{i}", s_end, [1]);
        using var store = new S3Store(new S3Settings(new Uri(_s3.Environment["S3_ENDPOINT_URL"]), S3Server.Bucket, "us-east-1", "S3RVER", "S3RVER", ForcePathStyle: true));
        (await store.SweepAsync(s_end.AddHours(1), 5, TestContext.Current.CancellationToken)).ShouldBe(5);
        (await store.SweepAsync(s_end.AddHours(1), 5, TestContext.Current.CancellationToken)).ShouldBe(2);
        _s3.Keys().ShouldBeEmpty();
    }

    private static Task<int> SweepAsync(S3Store store, DateTimeOffset now) => store.SweepAsync(now, 1000, TestContext.Current.CancellationToken);

    private static BodyKey Key(string id) => new() { Table = "responses", Date = "2031-02-01", OrgId = "org-1", Id = id, Field = "response" };

    private static async Task PutAsync(Contracts.Bodies.Bodies.BodiesClient bodies, string id, DateTimeOffset? expiresAt, byte[] body)
    {
        using var call = bodies.Put(deadline: DateTime.UtcNow.AddSeconds(60));
        await call.RequestStream.WriteAsync(new PutChunk { Header = new PutHeader { Key = Key(id), ContentType = "application/json", ExpiresAtUnix = expiresAt?.ToUnixTimeSeconds() ?? 0 } });
        Random.Shared.NextBytes(body.AsSpan(body.Length > 100 ? 0 : body.Length)); // such as no packing makes small
        foreach (var piece in body.Chunk(300_000))
            await call.RequestStream.WriteAsync(new PutChunk { Data = UnsafeByteOperations.UnsafeWrap(piece) });
        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;
    }

    private static async Task<byte[]> ReadAsync(Contracts.Bodies.Bodies.BodiesClient bodies, string id)
    {
        using var call = bodies.Get(new GetRequest { Key = Key(id), OrgId = "org-1" }, deadline: DateTime.UtcNow.AddSeconds(60));
        using var body = new MemoryStream();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync())
            chunk.Data.WriteTo(body);
        return body.ToArray();
    }

    private Task<ServiceProcess> ServiceAsync() => ServiceProcess.StartAsync("ThinkWatch.BodyOffload", "body-offload", _s3.Environment);
}
