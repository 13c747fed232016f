using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using ThinkWatch.Outbound;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>
/// Asks a provider for its models, under a deadline, with the guard on its address at every connect. Nothing that it answers is trusted: it is
/// bounded, and freed of secrets before anybody sees it. Safe for concurrent calls.
/// </summary>
internal sealed class ProviderProbe(TimeProvider time, IConfiguration configuration) : IDisposable
{
    private const int LargestAnswer = 8 * 1024 * 1024;
    private const int LongestError = 300;
    private const int ConnectionsPerServer = 8;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly AwsRoles _roles = new(name => configuration[name]);
    private readonly HttpMessageInvoker _public = new(OutboundHandlers.Create(allowPrivateNetwork: false, ConnectionsPerServer));
    private readonly HttpMessageInvoker _private = new(OutboundHandlers.Create(allowPrivateNetwork: true, ConnectionsPerServer));

    /// <summary>The models, and how long the provider took.</summary>
    /// <exception cref="ProbeException">It did not answer, or not with models.</exception>
    public async Task<(IReadOnlyList<UpstreamModel> Models, TimeSpan Latency)> ListModelsAsync(ProviderReach provider, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_patience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            provider = await WithRoleAsync(provider, deadline.Token);
            using var request = ModelListRequest.For(provider, time.GetUtcNow());
            using var response = await (provider.AllowPrivateNetwork ? _private : _public).SendAsync(request, deadline.Token);
            var text = await ReadAsync(response, deadline.Token);
            var latency = Stopwatch.GetElapsedTime(began);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new ProbeException(Explain(provider, response.StatusCode, text), (int)response.StatusCode);
            return (UpstreamModel.ReadList(text), latency);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProbeException($"No answer within {_patience.TotalSeconds:0} seconds.");
        }
        catch (JsonException)
        {
            throw new ProbeException("The answer is not JSON.", (int)HttpStatusCode.OK);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ProbeException(provider.Scrub(OutboundRefusedException.IsCauseOf(e)
                ? "The address is private, reserved or a metadata service; private ones can be allowed for this provider."
                : Innermost(e).Message));
        }
    }

    public void Dispose()
    {
        _roles.Dispose();
        _public.Dispose();
        _private.Dispose();
    }

    /// <summary>
    /// With the credentials of this service's own role, where the provider is used with one: they are as secret as any that an administrator entered. The
    /// gateway's role may be another; the answer says what this one may.
    /// </summary>
    private async ValueTask<ProviderReach> WithRoleAsync(ProviderReach provider, CancellationToken cancellationToken)
    {
        var kind = provider.Type == "bedrock" ? provider.Setting("credentials") : null;
        if (kind is not ("container" or "instance"))
            return provider;
        try
        {
            var role = await (kind == "container" ? _roles.Container : _roles.Instance).GetAsync(cancellationToken);
            return provider with
            {
                Config = new Dictionary<string, string>(provider.Config)
                {
                    ["access_key_id"] = role.AccessKeyId,
                    ["secret_access_key"] = role.SecretAccessKey,
                    ["session_token"] = role.SessionToken ?? "",
                },
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ProbeException($"This service has no credentials of a role to try it with, ai-gateway may: {e.Message}");
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
        return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static string Explain(ProviderReach provider, HttpStatusCode status, string body)
    {
        var said = provider.Scrub(Said(body));
        var text = $"{(int)status} {status}";
        return said.Length == 0 ? text : $"{text}: {(said.Length <= LongestError ? said : said[..LongestError] + "…")}";
    }

    /// <summary>The message within an error of any make; empty when there is none, as with a page of HTML.</summary>
    private static string Said(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return "";
            if (root.TryGetProperty("error", out var error))
                root = error;
            if (root.ValueKind == JsonValueKind.String)
                return root.GetString()!;
            return root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("message", out var message) || root.TryGetProperty("Message", out message)) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}
