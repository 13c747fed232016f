using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing.Health;

namespace ThinkWatch.AiGateway.Tests.Routing;

internal static class Upstreams
{
    /// <summary>A provider for tests that call nobody.</summary>
    public static Upstream Any { get; } = new()
    {
        Id = "p",
        OrgId = "o",
        Name = "p",
        Type = "custom",
        Reach = new OpenAiProvider(),
        BaseUrl = new Uri("http://localhost"),
        Config = JsonSerializer.Deserialize<JsonElement>("{}"),
        Capabilities = FrozenDictionary<string, bool>.Empty,
        Keys = [],
        Headers = [],
        Timeout = TimeSpan.Zero,
        Simulated = false,
        Invoker = null!,
        Gate = new UpstreamGate(),
        Health = new RouteHealth("p", TimeProvider.System),
    };
}
