using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>Chooses how an error looks where clients of several kinds ask for the same: by the header that only Anthropic's clients send.</summary>
internal static class ErrorShape
{
    public static IErrorShape Of(Exchange exchange) =>
        exchange.Surface is not ICallSurface && IsAnthropic(exchange.Http.Request) ? AnthropicErrors.Instance : exchange.Surface.Errors;

    public static bool IsAnthropic(HttpRequest request) => request.Headers.ContainsKey(AnthropicProvider.VersionHeader);
}
