namespace ThinkWatch.McpGateway.Protocol;

/// <summary>The protocol revisions that the gateway speaks, newest first.</summary>
internal static class Revisions
{
    /// <summary>The last revision with <c>initialize</c>; what an unknown proposal is answered with.</summary>
    public const string Latest = "2025-11-25";

    /// <summary>The revision without sessions, where a client asks <c>server/discover</c> first.</summary>
    public const string Discovering = "2026-07-28";

    /// <summary>Assumed when a request after initialization does not name one (revision 2025-06-18, Transports).</summary>
    public const string Assumed = "2025-03-26";

    public static readonly string[] Initializing = [Latest, "2025-06-18", Assumed, "2024-11-05"];

    public static bool IsKnown(string revision) => revision == Discovering || Initializing.Contains(revision, StringComparer.Ordinal);

    /// <summary>The client's proposal when it is spoken here, else the latest.</summary>
    public static string Negotiate(string? proposed) =>
        proposed is not null && Initializing.Contains(proposed, StringComparer.Ordinal) ? proposed : Latest;
}
