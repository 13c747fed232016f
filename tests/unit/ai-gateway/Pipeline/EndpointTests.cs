using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

public sealed class EndpointTests(GatewayFixture gateway)
{
    [Fact]
    public void Endpoints_AllOfThem_GoThroughThePipeline()
    {
        var endpoints = gateway.Gateway.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(static source => source.Endpoints).ToList();
        endpoints.Where(static endpoint => endpoint.Metadata.GetMetadata<PipelineEndpoint>() is null && endpoint.Metadata.GetMetadata<ServiceDefaultEndpoint>() is null)
            .Select(static endpoint => endpoint.DisplayName).ShouldBeEmpty();
        endpoints.Select(static endpoint => endpoint.Metadata.GetMetadata<PipelineEndpoint>()?.Surface.Name).OfType<string>().Distinct()
            .ShouldBe(["chat_completions", "count_tokens", "embeddings", "messages", "models", "responses", "unknown"], ignoreOrder: true);
    }

    [Fact]
    public void Stages_AreTheFilesInTheirOrder()
    {
        var pipeline = gateway.Gateway.Services.GetRequiredService<RequestPipeline>();
        var folder = Path.Combine(RepositoryRoot(), "services", "ai-gateway", "Pipeline");
        var files = Directory.GetFiles(folder, "??-*.cs").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Select(static name => name![3..]).ToList();
        files.Count.ShouldBe(12);
        pipeline.Stages.Select(static stage => stage.GetType().Name.Replace("Stage", "")).Append("Finish").ShouldBe(files);
    }

    [Fact]
    public void Stages_OfACallSurface_AreAllOfThem()
    {
        var pipeline = gateway.Gateway.Services.GetRequiredService<RequestPipeline>();
        foreach (var surface in gateway.Gateway.Services.GetServices<ISurface>().OfType<ICallSurface>())
            pipeline.Stages.ShouldAllBe(stage => stage.AppliesTo(surface));
        foreach (var surface in gateway.Gateway.Services.GetServices<ISurface>())
            pipeline.Stages.Where(stage => stage.AppliesTo(surface)).Select(static stage => stage.GetType()).ShouldContain(typeof(AuthenticateStage));
    }

    [Fact]
    public async Task Models_AreThoseThatTheKeyMayCall()
    {
        var key = gateway.Identity.AddKey(static p => p.KeyModels = new StringList { Items = { "sim-chat", "rena*", "gpt-5" } });
        using var list = await GetAsync(key, "/v1/models");
        list.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = JsonDocument.Parse(await list.Content.ReadAsStringAsync()).RootElement;
        json.GetProperty("object").GetString().ShouldBe("list");
        json.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()).ShouldBe(["renamed", "sim-chat"]);
        var first = json.GetProperty("data")[0];
        (first.GetProperty("object").GetString(), first.GetProperty("created").GetInt64(), first.GetProperty("owned_by").GetString()).ShouldBe(("model", 1_700_000_000, "simulator"));

        using var one = await GetAsync(key, "/v1/models/sim-chat");
        one.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var other = await GetAsync(key, "/v1/models/sim-tools");
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.ErrorAsync()).Code().ShouldBe("model_not_found");
        using var stranger = await GetAsync("tw-" + new string('x', 40), "/v1/models");
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private Task<HttpResponseMessage> GetAsync(string key, string path) =>
        gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } });

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ThinkWatch.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
