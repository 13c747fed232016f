using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>Server-sent events. Their name is not read: every format that uses them repeats it in the data.</summary>
internal sealed class SseFraming : IEventFraming
{
    private SseSplitter _splitter;

    public bool TryNext(ReadOnlySpan<byte> buffered, out int length) => _splitter.TryNext(buffered, out length);

    public void Open(ReadOnlySpan<byte> whole, PooledBuffer scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        name = default;
        data = SseData.Of(whole, scratch);
    }
}
