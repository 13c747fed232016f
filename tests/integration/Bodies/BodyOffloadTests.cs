using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Bodies;

/// <summary>The service as its own process, once over a directory and once over S3: both behave alike.</summary>
public sealed class BodyOffloadTests : IAsyncLifetime
{
    private const string NewKey = "__________________________________________8";
    private readonly S3Server _s3 = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("thinkwatch-test-bodies-");

    public async ValueTask InitializeAsync() => await _s3.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _s3.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("directory", 0)]
    [InlineData("directory", 3_000_000)]
    [InlineData("s3", 0)]
    [InlineData("s3", 3_000_000)]
    [InlineData("s3", 21_000_000)]
    public async Task Body_PutAndGot_IsTheSame(string backend, int size)
    {
        await using var service = await StartAsync(backend);
        using var channel = service.Channel();
        var client = new Contracts.Bodies.Bodies.BodiesClient(channel);
        var body = RandomNumberGenerator.GetBytes(size);
        var put = await PutAsync(client, Key("a"), body);
        put.Uri.ShouldBe($"{(backend == "s3" ? "s3://thinkwatch/" : "file://")}bodies/gateway_logs/2026/03/01/org-1/a/response_body");
        put.Bytes.ShouldBe(size);
        put.Sha256.ToByteArray().ShouldBe(SHA256.HashData(body));

        (await GetAsync(client, put.Uri, "org-1")).ShouldBe(body);
        if (size > 0)
            (await GetAsync(client, put.Uri, "org-1", offset: 1_000_000, length: 10)).ShouldBe(body[1_000_000..1_000_010]);

        // A repeat overwrites itself; another organisation sees nothing; a deletion deletes.
        (await PutAsync(client, Key("a"), body)).Uri.ShouldBe(put.Uri);
        await ShouldFailAsync(StatusCode.NotFound, () => GetAsync(client, put.Uri, "org-2"));
        await ShouldFailAsync(StatusCode.NotFound, async () => await client.DeleteAsync(new DeleteRequest { Uri = put.Uri, OrgId = "org-2" }));
        (await client.DeleteAsync(new DeleteRequest { Uri = put.Uri, OrgId = "org-1" })).Deleted.ShouldBeTrue();
        (await client.DeleteAsync(new DeleteRequest { Uri = put.Uri, OrgId = "org-1" })).Deleted.ShouldBeFalse();
        await ShouldFailAsync(StatusCode.NotFound, () => GetAsync(client, put.Uri, "org-1"));
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("s3")]
    public async Task Body_IsFoundByItsKey_ByItsOrganisationOnly(string backend)
    {
        await using var service = await StartAsync(backend);
        using var channel = service.Channel();
        var client = new Contracts.Bodies.Bodies.BodiesClient(channel);
        var key = new BodyKey { Table = "responses", Date = "1970-01-01", OrgId = "org-1", Id = "Ab_-9", Field = "response" };
        await PutAsync(client, key, [1, 2, 3]);
        (await ByKeyAsync("org-1")).ShouldBe([1, 2, 3]);
        await ShouldFailAsync(StatusCode.NotFound, () => ByKeyAsync("org-2"));
        await ShouldFailAsync(StatusCode.NotFound, async () => await client.DeleteAsync(new DeleteRequest { Key = key, OrgId = "org-2" }));
        (await client.DeleteAsync(new DeleteRequest { Key = key, OrgId = "org-1" })).Deleted.ShouldBeTrue();
        await ShouldFailAsync(StatusCode.NotFound, () => ByKeyAsync("org-1"));

        async Task<byte[]> ByKeyAsync(string org)
        {
            using var call = client.Get(new GetRequest { Key = key, OrgId = org });
            var read = new List<byte>();
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
                read.AddRange(call.ResponseStream.Current.Data);
            return [.. read];
        }
    }

    [Fact]
    public async Task Address_ThatIsNotOurs_IsNotFoundAndAKeyThatLeavesItsPlaceIsRefused()
    {
        await using var service = await StartAsync("directory");
        using var channel = service.Channel();
        var client = new Contracts.Bodies.Bodies.BodiesClient(channel);
        foreach (var uri in new[] { "file:///etc/passwd", "file://bodies/gateway_logs/2026/03/01/org-1/../x/f", "s3://other/bodies/gateway_logs/2026/03/01/org-1/a/f", "" })
            await ShouldFailAsync(StatusCode.NotFound, () => GetAsync(client, uri, "org-1"));
        await ShouldFailAsync(StatusCode.InvalidArgument, () => PutAsync(client, Key("../../escape"), [1]));
    }

    [Fact]
    public async Task Words_OfABody_ComeBackForTheSearch()
    {
        await using var service = await StartAsync("directory");
        using var channel = service.Channel();
        var put = await PutAsync(new(channel), Key("words"), "{\"q\": \"purple elephants, purple\"}"u8.ToArray());
        put.Tokens.ShouldBe(["purple", "elephants"], ignoreOrder: true);
    }

    [Fact]
    public async Task S3Away_IsUnavailableAndNotReadyUntilItIsBack()
    {
        await using var service = await StartAsync("s3");
        using var channel = service.Channel();
        var client = new Contracts.Bodies.Bodies.BodiesClient(channel);
        using var http = new HttpClient { BaseAddress = service.Http };
        await _s3.KillAsync();
        await ShouldFailAsync(StatusCode.Unavailable, () => PutAsync(client, Key("late"), [1, 2, 3]));
        using (var ready = await http.GetAsync("/health/ready"))
            ready.IsSuccessStatusCode.ShouldBeFalse();

        await _s3.StartAsync();
        var put = await PutAsync(client, Key("late"), [1, 2, 3]);
        (await GetAsync(client, put.Uri, "org-1")).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task EncryptionKey_Changed_OldBodiesAreReadAsLongAsTheOldKeyIsKept()
    {
        const string backend = "directory";
        var old = RandomNumberGenerator.GetBytes(600_000);
        string oldUri;
        await using (var before = await StartAsync(backend))
        using (var channel = before.Channel())
            oldUri = (await PutAsync(new(channel), Key("old"), old)).Uri;

        string newUri;
        await using (var during = await StartAsync(backend, ("ENCRYPTION_KEY", NewKey), ("ENCRYPTION_KEYS_RETIRED", ServiceProcess.Secrets["ENCRYPTION_KEY"])))
        using (var channel = during.Channel())
        {
            (await GetAsync(new(channel), oldUri, "org-1")).ShouldBe(old);
            newUri = (await PutAsync(new(channel), Key("new"), [1, 2, 3])).Uri;
        }

        await using var after = await StartAsync(backend, ("ENCRYPTION_KEY", NewKey));
        using var last = after.Channel();
        (await GetAsync(new(last), newUri, "org-1")).ShouldBe([1, 2, 3]);
        var refused = await Should.ThrowAsync<RpcException>(() => GetAsync(new(last), oldUri, "org-1"));
        refused.StatusCode.ShouldBe(StatusCode.DataLoss);
        refused.Status.Detail.ShouldContain(Vault.FromBase64Url(ServiceProcess.Secrets["ENCRYPTION_KEY"]).KeyId, Case.Sensitive, "it names the key that is missing");
    }

    private static BodyKey Key(string id) => new() { Table = "gateway_logs", Date = "2026-03-01", OrgId = "org-1", Id = id, Field = "response_body" };

    private static async Task<PutReply> PutAsync(Contracts.Bodies.Bodies.BodiesClient client, BodyKey key, byte[] body)
    {
        using var call = client.Put(deadline: DateTime.UtcNow.AddSeconds(60));
        await call.RequestStream.WriteAsync(new PutChunk { Header = new PutHeader { Key = key, ContentType = "application/json" } });
        try
        {
            foreach (var piece in body.Chunk(300_000))
                await call.RequestStream.WriteAsync(new PutChunk { Data = UnsafeByteOperations.UnsafeWrap(piece) });
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception refused) when (refused is RpcException or InvalidOperationException or IOException)
        {
            // The answer says why.
        }

        return await call.ResponseAsync;
    }

    private static async Task<byte[]> GetAsync(Contracts.Bodies.Bodies.BodiesClient client, string uri, string org, long offset = 0, long length = 0)
    {
        using var call = client.Get(new GetRequest { Uri = uri, OrgId = org, Offset = offset, Length = length }, deadline: DateTime.UtcNow.AddSeconds(60));
        using var body = new MemoryStream();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync())
        {
            chunk.Data.Length.ShouldBeLessThanOrEqualTo(256 * 1024);
            chunk.Data.WriteTo(body);
        }

        return body.ToArray();
    }

    private static async Task ShouldFailAsync(StatusCode code, Func<Task> call) => (await Should.ThrowAsync<RpcException>(call)).StatusCode.ShouldBe(code);

    private Task<ServiceProcess> StartAsync(string backend, params (string Name, string Value)[] more) => ServiceProcess.StartAsync(
        "ThinkWatch.BodyOffload",
        "body-offload",
        [.. backend == "s3" ? _s3.Environment : new Dictionary<string, string> { ["BODIES_DIRECTORY"] = _folder.FullName }, .. more.Select(static m => KeyValuePair.Create(m.Name, m.Value))]);
}
