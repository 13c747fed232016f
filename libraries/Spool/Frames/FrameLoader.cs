using System.Buffers;
using Google.Protobuf;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Log;

namespace ThinkWatch.Spool.Frames;

/// <summary>A frame with the bytes of its events in one pooled array; the message must not be used after disposal.</summary>
internal sealed class LoadedFrame : IDisposable
{
    private readonly byte[] _bytes;

    private LoadedFrame(byte[] bytes, Frame message)
    {
        _bytes = bytes;
        Message = message;
    }

    public Frame Message { get; }

    /// <summary>Reads the events from the log: bytes below its end never change, so that every load gives the same events.</summary>
    public static LoadedFrame Of(CutFrame frame, SpoolLog log)
    {
        var size = 0;
        foreach (var place in frame.Events)
            size += place.Bytes + (place.StartIsLost ? LostStart.MaxSize : 0);
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var message = new Frame
            {
                ProducerId = log.Producer.ToString(),
                Kind = frame.Kind,
                FirstSequence = frame.First,
                LastSequence = frame.Last,
                Partition = Days.Text(frame.Day),
                Resent = frame.MayHaveBeenSent,
            };
            message.Records.Capacity = frame.Events.Length;
            // Beginnings lie before their ends, by as much as calls take: each sort has a window of its own that moves on.
            using var begun = new LogWindow(log);
            using var ended = new LogWindow(log);
            var at = 0;
            foreach (var place in frame.Events)
            {
                if (place.Ticket is { IsSettling: true })
                    message.Unsettled.Add((uint)message.Records.Count);
                var length = ReadStart(place, log, frame.Kind, begun, bytes.AsSpan(at));
                ended.Read(place.Final, bytes.AsSpan(at + length, place.Final.Length));
                length += place.Final.Length;
                message.Records.Add(UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(at, length)));
                at += length;
            }

            return new LoadedFrame(bytes, message);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private static int ReadStart(in EventPlace place, SpoolLog log, RecordKind kind, LogWindow begun, Span<byte> target)
    {
        if (place.Started.IsNowhere)
            return place.StartIsLost ? LostStart.Write(place.Final, log, kind, target) : 0;
        begun.Read(place.Started, target[..place.Started.Length]);
        return place.Started.Length;
    }
}

/// <summary>Damage took the first half of a call: what the header of the second half knows stands in for it.</summary>
internal static class LostStart
{
    public const int MaxSize = 64;

    public static int Write(RecordPlace final, SpoolLog log, RecordKind kind, Span<byte> target)
    {
        Span<byte> bytes = stackalloc byte[RecordFormat.HeaderSize];
        log.Read(new RecordPlace(final.Segment, final.Offset - RecordFormat.HeaderSize, RecordFormat.HeaderSize), bytes);
        if (!RecordFormat.TryRead(bytes, out var header))
            return 0;
        IMessage start = kind == RecordKind.Mcp
            ? new McpCall { Id = header.Id.ToString(), CreatedAtMs = header.CreatedAtMs }
            : new GatewayCall { Id = header.Id.ToString(), CreatedAtMs = header.CreatedAtMs };
        var size = start.CalculateSize();
        start.WriteTo(target[..size]);
        return size;
    }
}
