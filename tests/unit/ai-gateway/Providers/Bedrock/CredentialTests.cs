using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.AiGateway.Providers.Bedrock;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Tests.Providers.Bedrock;

/// <summary>The credentials of roles, fetched from small servers that speak as AWS's metadata services do.</summary>
public sealed class CredentialTests
{
    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Container_SendsItsToken_AndIsAskedOnceUntilNearTheEnd()
    {
        await using var server = await MetadataServer.StartAsync();
        using var roles = server.Roles(("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url + "/v2/credentials"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod-token"));
        var source = roles.Of(CredentialKind.Container);

        var first = await source.GetAsync(_cancelled);
        var second = await source.GetAsync(_cancelled);

        (first.AccessKeyId, first.SecretAccessKey, first.SessionToken).ShouldBe(("ASIA1", "secret1", "token1"));
        second.ShouldBeSameAs(first);
        server.Asked.ShouldBe(["GET /v2/credentials pod-token"]);
    }

    [Fact]
    public async Task Container_ReadsItsTokenFromAFile_EachTime()
    {
        await using var server = await MetadataServer.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "from-file\n", _cancelled);
        using var roles = server.Roles(("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url + "/c"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file));
        await roles.Of(CredentialKind.Container).GetAsync(_cancelled);
        File.Delete(file);
        server.Asked.ShouldBe(["GET /c from-file"]);
    }

    [Theory]
    [InlineData("http://example.com/credentials")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("")]
    public async Task Container_SendsItsToken_NowhereElse(string url)
    {
        await using var server = await MetadataServer.StartAsync();
        using var roles = server.Roles(("AWS_CONTAINER_CREDENTIALS_FULL_URI", url), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod-token"));
        await Should.ThrowAsync<HttpRequestException>(async () => await roles.Of(CredentialKind.Container).GetAsync(_cancelled));
    }

    [Fact]
    public async Task Instance_AsksForATokenFirst_ThenForItsRole()
    {
        await using var server = await MetadataServer.StartAsync();
        using var roles = server.Roles(("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Url + "/"));
        (await roles.Of(CredentialKind.Instance).GetAsync(_cancelled)).AccessKeyId.ShouldBe("ASIA1");
        server.Asked.ShouldBe(
        [
            "PUT /latest/api/token 21600", "GET /latest/meta-data/iam/security-credentials/ imds-token", "GET /latest/meta-data/iam/security-credentials/my-role imds-token",
        ]);
    }

    [Fact]
    public async Task Credentials_AreRenewedBeforeTheyEnd_WithoutMakingAnyoneWait()
    {
        await using var server = await MetadataServer.StartAsync();
        var clock = new Clock();
        using var roles = server.Roles(clock, ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url + "/c"));
        var source = roles.Of(CredentialKind.Container);
        (await source.GetAsync(_cancelled)).AccessKeyId.ShouldBe("ASIA1");

        clock.Now += TimeSpan.FromMinutes(56);
        var whileRenewing = source.GetAsync(_cancelled);
        whileRenewing.IsCompletedSuccessfully.ShouldBeTrue();
        (await whileRenewing).AccessKeyId.ShouldBe("ASIA1");
        await UntilAsync(async () => (await source.GetAsync(_cancelled)).AccessKeyId == "ASIA2");
        server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Credentials_ThatHaveEnded_AreWaitedForOnceByAll()
    {
        await using var server = await MetadataServer.StartAsync();
        var clock = new Clock();
        using var roles = server.Roles(clock, ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url + "/c"));
        var source = roles.Of(CredentialKind.Container);
        await source.GetAsync(_cancelled);
        clock.Now += TimeSpan.FromHours(2);
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => source.GetAsync(_cancelled).AsTask()));
        all.ShouldAllBe(static got => got.AccessKeyId == "ASIA2");
        server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Renewal_ThatFails_LeavesTheOldOnesInForceAndIsNotRepeatedAtOnce()
    {
        await using var server = await MetadataServer.StartAsync();
        var clock = new Clock();
        using var roles = server.Roles(clock, ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url + "/c"));
        var source = roles.Of(CredentialKind.Container);
        await source.GetAsync(_cancelled);
        server.Status = 404;
        clock.Now += TimeSpan.FromMinutes(57);
        (await source.GetAsync(_cancelled)).AccessKeyId.ShouldBe("ASIA1");
        await UntilAsync(() => Task.FromResult(server.Asked.Count == 2));
        for (var i = 0; i < 50; i++)
            (await source.GetAsync(_cancelled)).AccessKeyId.ShouldBe("ASIA1");
        server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Server_ThatStumbles_IsAskedAgain_ButNotForever()
    {
        await using var server = await MetadataServer.StartAsync();
        using var roles = server.Roles(("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url + "/c"));
        server.Status = 503;
        await Should.ThrowAsync<HttpRequestException>(async () => await roles.Of(CredentialKind.Container).GetAsync(_cancelled));
        server.Asked.Count.ShouldBe(3);
        server.Status = 200;
        (await roles.Of(CredentialKind.Container).GetAsync(_cancelled)).SecretAccessKey.ShouldBe("secret4");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"Code":"AssumeRoleUnauthorizedAccess"}""")]
    [InlineData("""{"AccessKeyId":"A"}""")]
    [InlineData("[1]")]
    public void Answer_WithoutKeys_IsAnError(string answer) => Should.Throw<HttpRequestException>(() => CredentialFetch.Read(answer));

    private async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; !await isSo(); i++)
        {
            i.ShouldBeLessThan(500);
            await Task.Delay(10, _cancelled);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Both metadata services; keys are numbered by the calls before them and end an hour after the clock's beginning and number.</summary>
    private sealed class MetadataServer : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly List<string> _asked = [];

        private MetadataServer(WebApplication app) => _app = app;

        public string Url => _app.Urls.First();

        public int Status { get; set; } = 200;

        public List<string> Asked
        {
            get
            {
                lock (_asked)
                    return [.. _asked];
            }
        }

        public static async Task<MetadataServer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var server = new MetadataServer(app);
            app.Run(server.AnswerAsync);
            await app.StartAsync();
            return server;
        }

        public RoleCredentials Roles(params (string Name, string Value)[] variables) => Roles(new Clock(), variables);

        public RoleCredentials Roles(TimeProvider time, params (string Name, string Value)[] variables) => new(
            new ConfigurationBuilder().AddInMemoryCollection(variables.Select(static variable => KeyValuePair.Create(variable.Name, (string?)variable.Value))).Build(),
            time, NullLogger<CredentialCache>.Instance);

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task AnswerAsync(HttpContext http)
        {
            var headers = http.Request.Headers;
            var shown = headers.Authorization.ToString() + headers["x-aws-ec2-metadata-token"] + headers["x-aws-ec2-metadata-token-ttl-seconds"];
            int number;
            lock (_asked)
            {
                _asked.Add($"{http.Request.Method} {http.Request.Path} {shown}".TrimEnd());
                number = _asked.Count(static one => one.StartsWith("GET", StringComparison.Ordinal) && !one.Contains("credentials/ ", StringComparison.Ordinal));
            }

            http.Response.StatusCode = Status;
            if (Status == 200)
                await http.Response.WriteAsync(Words(http.Request.Path.Value!, number));
        }

        private static string Words(string path, int number) => path switch
        {
            "/latest/api/token" => "imds-token",
            "/latest/meta-data/iam/security-credentials/" => "my-role\n",
            _ => $$"""{"Code":"Success","AccessKeyId":"ASIA{{number}}","SecretAccessKey":"secret{{number}}","Token":"token{{number}}","Expiration":"2026-01-01T{{number * 2 - 1:00}}:00:00Z"}""",
        };
    }
}
