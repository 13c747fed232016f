namespace ThinkWatch.Identity.Principals;

/// <summary>The three doors a key may open. The gateways also ask the owner's roles for the right to use them.</summary>
internal static class Surfaces
{
    public const string AiGateway = "ai_gateway";
    public const string McpGateway = "mcp_gateway";
    public const string Console = "console";

    public static IReadOnlyList<string> All { get; } = [AiGateway, McpGateway, Console];

    public static bool IsUsable(string surface, IEnumerable<string> permissions) => surface switch
    {
        AiGateway => permissions.Contains("ai_gateway:use"),
        McpGateway => permissions.Contains("mcp_gateway:use"),
        Console => true,
        _ => false,
    };
}
