using Microsoft.Extensions.Primitives;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// Anthropic's API (https://docs.anthropic.com/en/api/overview). What passes through goes in the version and with the betas of its client; what was
/// converted goes in the version that still knows sampling (https://platform.claude.com/docs/en/api/versioning).
/// </summary>
internal sealed class AnthropicProvider : IProviderType
{
    public const string VersionHeader = "anthropic-version";
    public const string BetaHeader = "anthropic-beta";
    private const string KeyHeader = "x-api-key";
    private const string UsualVersion = "2023-06-01";
    private const int LongestVersion = 32;

    public IReadOnlyList<string> Names => ["anthropic"];

    public WireFormat? FormatFor(WireFormat client, Upstream upstream) => client switch
    {
        WireFormat.AnthropicMessages or WireFormat.OpenAiChat or WireFormat.OpenAiResponses => WireFormat.AnthropicMessages,
        WireFormat.AnthropicCountTokens => WireFormat.AnthropicCountTokens,
        _ => null,
    };

    public Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream)
    {
        var root = upstream.BaseUrl.AbsoluteUri.TrimEnd('/');
        return new Uri(
            (upstream.BaseUrl.Segments[^1].TrimEnd('/') == "v1" ? root : root + "/v1")
            + (format == WireFormat.AnthropicCountTokens ? "/messages/count_tokens" : "/messages"));
    }

    public ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key)
    {
        var headers = request.Headers;
        if (key is not null)
            headers.TryAddWithoutValidation(KeyHeader, key.Reveal());
        var client = exchange.Http.Request.Headers;
        var passes = exchange.Conversion is null;

        // What an administrator has set for the provider stays.
        if (!headers.Contains(VersionHeader))
            headers.TryAddWithoutValidation(VersionHeader, passes && IsVersion(client[VersionHeader]) ? client[VersionHeader].ToString() : UsualVersion);
        if (passes && client[BetaHeader] is { Count: > 0 } betas)
            headers.TryAddWithoutValidation(BetaHeader, string.Join(',', betas.AsEnumerable()));
        return ValueTask.CompletedTask;
    }

    private static bool IsVersion(StringValues values)
    {
        if (values is not [{ Length: > 0 and <= LongestVersion } version])
            return false;
        foreach (var c in version)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.'))
                return false;
        }

        return true;
    }
}
