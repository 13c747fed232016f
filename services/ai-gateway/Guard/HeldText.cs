namespace ThinkWatch.AiGateway.Guard;

/// <summary>What a stream's next event may complete, and the event that it came with, to be sent once more should nothing follow.</summary>
internal sealed class HeldText(long channel, long group, bool nested, byte[] raw)
{
    public long Channel => channel;

    public long Group => group;

    public bool IsNested => nested;

    public byte[] Raw => raw;

    public byte[] Event { get; set; } = [];

    /// <summary>The event's data, its texts blank.</summary>
    public byte[] Template { get; set; } = [];

    public int TextAt { get; set; }

    /// <summary>Where the event's number stands; negative when it has none.</summary>
    public int NumberAt { get; set; } = -1;

    public int NumberLength { get; set; }
}
