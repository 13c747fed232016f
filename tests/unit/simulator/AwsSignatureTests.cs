using System.Net;
using System.Text;

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>Bedrock refuses what AWS would refuse.</summary>
public sealed class AwsSignatureTests(Simulator simulator)
{
    private const string Body = """{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}""";

    [Fact]
    public async Task Signature_OfThisCall_IsAccepted() => (await SendAsync(static request => Wire.Sign(request, Body, "simulator"))).Status.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task Signature_WithAnotherSecret_IsRefused() => await RefusedAsync(static request => Wire.Sign(request, Body, "other"), "InvalidSignatureException");

    [Fact]
    public async Task Signature_OfAnotherBody_IsRefused() => await RefusedAsync(static request => Wire.Sign(request, Body + " ", "simulator"), "InvalidSignatureException");

    [Fact]
    public async Task Signature_OfAnotherService_IsRefused() => await RefusedAsync(static request => Wire.Sign(request, Body, "simulator", service: "s3"), "InvalidSignatureException");

    [Fact]
    public async Task Signature_TooOld_IsRefused() =>
        await RefusedAsync(static request => Wire.Sign(request, Body, "simulator", DateTimeOffset.UtcNow.AddMinutes(-6)), "InvalidSignatureException");

    [Fact]
    public async Task SessionToken_NotSigned_IsRefused() => await RefusedAsync(
        static request =>
        {
            Wire.Sign(request, Body, "simulator");
            request.Headers.Add("x-amz-security-token", "token");
        },
        "InvalidSignatureException");

    [Fact]
    public async Task Signature_Absent_IsRefused() => await RefusedAsync(static _ => { }, "MissingAuthenticationTokenException");

    private async Task RefusedAsync(Action<HttpRequestMessage> sign, string type)
    {
        var (status, refused) = await SendAsync(sign);
        status.ShouldBe(HttpStatusCode.Forbidden);
        refused.ShouldBe(type);
    }

    private async Task<(HttpStatusCode Status, string? Type)> SendAsync(Action<HttpRequestMessage> sign)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, simulator.Url + "/model/sim-chat/converse") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        sign(request);
        using var response = await simulator.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, response.Headers.TryGetValues("x-amzn-errortype", out var type) ? type.Single() : null);
    }
}
