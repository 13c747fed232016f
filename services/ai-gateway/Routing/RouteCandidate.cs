using System.Text;
using System.Text.Encodings.Web;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing.Health;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>One way to have a model's call answered. Made with the catalog view, used by every call. Immutable.</summary>
internal sealed class RouteCandidate
{
    private static readonly int s_formats = Enum.GetValues<WireFormat>().Length;

    private readonly Uri?[] _urls = new Uri?[s_formats * 2];

    public RouteCandidate(Upstream upstream, string routeId, string upstreamModel, int weight, ModelPrices? prices, Contracts.Limits.Candidate limits, RouteHealth? health = null)
    {
        Upstream = upstream;
        RouteId = routeId;
        UpstreamModel = upstreamModel;
        UpstreamModelJson = Encoding.UTF8.GetBytes('"' + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(upstreamModel) + '"');
        Weight = Math.Max(0, weight);
        Prices = prices;
        Limits = limits;
        Health = health ?? upstream.Health;
        HeaderSafeProvider = HeaderSafe(upstream.Name);
        HeaderSafeModel = HeaderSafe(upstreamModel);
        OnlyRouteJson = RoutingRecord.Only(this);
    }

    public Upstream Upstream { get; }

    /// <summary>Empty for a model that is routed by its prefix.</summary>
    public string RouteId { get; }

    public string UpstreamModel { get; }

    /// <summary>The model as a JSON string, quotes included.</summary>
    public byte[] UpstreamModelJson { get; }

    public int Weight { get; }

    /// <summary>Where such a call goes; made once.</summary>
    public Uri CallUrl(WireFormat format, bool stream)
    {
        ref var url = ref _urls[((int)format * 2) + (stream ? 1 : 0)];
        return url ??= Upstream.Reach.CallUrl(Upstream, format, UpstreamModel, stream);
    }

    public ModelPrices? Prices { get; }

    public string HeaderSafeProvider { get; }

    public string HeaderSafeModel { get; }

    /// <summary>Shared by every check; never changed.</summary>
    public Contracts.Limits.Candidate Limits { get; }

    /// <summary>Shared by all snapshots that hold this route.</summary>
    public RouteHealth Health { get; }

    /// <summary>The row's <c>routing</c> when there was no choice and no retry.</summary>
    public string OnlyRouteJson { get; }

    private static string HeaderSafe(string text) => string.Concat(text.Select(static c => c is >= ' ' and <= '~' ? c : '?'));
}
