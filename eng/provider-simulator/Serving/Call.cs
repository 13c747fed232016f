namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>One call that reached the simulator. Written by the request that made it; readers may see it before it has ended.</summary>
internal sealed class Call
{
    public required long Sequence { get; init; }

    /// <summary>The header <c>x-thinkwatch-request-id</c>: the id of the gateway's audit row, the same for every attempt of one request.</summary>
    public required string? RequestId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string? Authorization { get; init; }

    public required string Method { get; init; }

    /// <summary>As it was sent, escapes and all, with the query.</summary>
    public required string Target { get; init; }

    /// <summary>Kept for the newest calls only.</summary>
    public KeyValuePair<string, string>[]? Headers { get; set; }

    public byte[]? Body { get; set; }

    public string Model { get; set; } = "";

    public bool Stream { get; set; }

    public int Status { get; set; }

    /// <summary>pending | answered | cut | aborted (the caller went).</summary>
    public string End { get; set; } = "pending";

    public DateTimeOffset? EndedAt { get; set; }
}
