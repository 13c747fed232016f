using System.Text.Json;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Tests.Routing;

namespace ThinkWatch.AiGateway.Tests.Providers;

public sealed class AzureOpenAiProviderTests
{
    [Theory]
    [InlineData("https://r.openai.azure.example", "{}", "OpenAiChat", "https://r.openai.azure.example/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    [InlineData("https://r.openai.azure.example/openai/", "{\"api_version\":\"2025-04-01-preview\"}", "OpenAiEmbeddings", "https://r.openai.azure.example/openai/deployments/my%20gpt/embeddings?api-version=2025-04-01-preview")]
    [InlineData("https://r.openai.azure.example", "{}", "OpenAiResponses", "https://r.openai.azure.example/openai/responses?api-version=2024-10-21")]
    [InlineData("https://r.openai.azure.example", "{\"api\":\"v1\"}", "OpenAiChat", "https://r.openai.azure.example/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.example/openai/v1/", "{}", "OpenAiResponses", "https://r.openai.azure.example/openai/v1/responses")]
    [InlineData("https://r.openai.azure.example/openai/v1", "{\"api_version\":\"preview\"}", "OpenAiEmbeddings", "https://r.openai.azure.example/openai/v1/embeddings?api-version=preview")]
    public void Address_NamesDeploymentOrVersion(string baseUrl, string config, string format, string expected) =>
        new AzureOpenAiProvider().CallUrl(Azure(baseUrl, config), Enum.Parse<WireFormat>(format), "my gpt", stream: true).AbsoluteUri.ShouldBe(expected);

    [Theory]
    [InlineData("{}", "OpenAiChat", "OpenAiChat")]
    [InlineData("{}", "AnthropicMessages", "OpenAiChat")]
    [InlineData("{}", "OpenAiResponses", "OpenAiChat")]
    [InlineData("{\"api\":\"v1\"}", "OpenAiResponses", "OpenAiResponses")]
    [InlineData("{}", "OpenAiEmbeddings", "OpenAiEmbeddings")]
    [InlineData("{}", "AnthropicCountTokens", null)]
    public void Format_IsTheNearest(string config, string client, string? expected) =>
        new AzureOpenAiProvider().FormatFor(Enum.Parse<WireFormat>(client), Azure("https://r.example", config))?.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("https://api.openai.com", "OpenAiChat", "https://api.openai.com/v1/chat/completions")]
    [InlineData("https://api.openai.com/v1/", "OpenAiResponses", "https://api.openai.com/v1/responses")]
    [InlineData("https://g.example/v1beta/openai", "OpenAiEmbeddings", "https://g.example/v1beta/openai/embeddings")]
    public void Address_OfOpenAi_WorksWithAndWithoutVersion(string baseUrl, string format, string expected) =>
        new OpenAiProvider().CallUrl(Upstreams.Any with { BaseUrl = new Uri(baseUrl) }, Enum.Parse<WireFormat>(format), "m", stream: false).AbsoluteUri.ShouldBe(expected);

    [Fact]
    public async Task Key_GoesIntoItsHeaderOnly()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://r.example/");
        await new AzureOpenAiProvider().AuthorizeAsync(request, null!, null!, null!, new UpstreamKey("k", "secret"));
        request.Headers.ToString().ShouldBe("api-key: secret" + Environment.NewLine);
    }

    private static Upstream Azure(string baseUrl, string config) =>
        Upstreams.Any with { Type = "azure_openai", BaseUrl = new Uri(baseUrl), Config = JsonSerializer.Deserialize<JsonElement>(config) };
}
