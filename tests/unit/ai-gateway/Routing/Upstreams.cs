using ThinkWatch.AiGateway.Providers;

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
        Wire = new OpenAiWire(),
        CallUrl = new Uri("http://localhost/v1/chat/completions"),
        Keys = [],
        Headers = [],
        Timeout = TimeSpan.Zero,
        CanStreamUsage = true,
        Simulated = false,
        Invoker = null!,
        Gate = new UpstreamGate(),
    };
}
