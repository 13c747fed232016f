using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Tests.Routing;

namespace ThinkWatch.AiGateway.Tests.Providers;

public sealed class GoogleProviderTests
{
    [Theory]
    [InlineData("https://g.example", "gemini-3-flash", false, "https://g.example/v1beta/models/gemini-3-flash:generateContent")]
    [InlineData("https://g.example/", "gemini-3-flash", true, "https://g.example/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse")]
    [InlineData("https://g.example/v1", "tunedModels/mine", false, "https://g.example/v1/tunedModels/mine:generateContent")]
    [InlineData("https://g.example/x/v1alpha", "a b?c", false, "https://g.example/x/v1alpha/models/a%20b%3Fc:generateContent")]
    public void Address_NamesModelAndMethod(string baseUrl, string model, bool stream, string expected) =>
        new GoogleProvider().CallUrl(Upstreams.Any with { BaseUrl = new Uri(baseUrl) }, WireFormat.Gemini, model, stream).AbsoluteUri.ShouldBe(expected);

    [Fact]
    public async Task Key_GoesIntoItsHeaderOnly()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://g.example/v1beta/models/m:generateContent");
        await new GoogleProvider().AuthorizeAsync(request, null!, null!, null!, new UpstreamKey("k", "secret"));
        request.Headers.ToString().ShouldBe("x-goog-api-key: secret" + Environment.NewLine);
    }
}
