using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Serializes one message, framed, into a buffer writer; straight into it where the serializer tells the length first,
/// as generated code does. One instance a thread is reused, since serializers do not suspend.
/// </summary>
internal sealed class PayloadWriter : SerializationContext
{
    [ThreadStatic]
    private static PayloadWriter? t_idle;

    private IBufferWriter<byte>? _target;
    private ArrayBufferWriter<byte>? _unsized;
    private int? _maxSize;
    private int _length = -1;
    private bool _headerWritten;
    private bool _complete;

    public static void Write<T>(Marshaller<T> marshaller, T message, IBufferWriter<byte> target, int? maxSize)
    {
        var writer = t_idle ?? new PayloadWriter();
        t_idle = null;
        writer._target = target;
        writer._maxSize = maxSize;
        try
        {
            marshaller.ContextualSerializer(message, writer);
            if (!writer._complete)
                throw new InvalidOperationException("The serializer did not complete the message.");
        }
        finally
        {
            writer.Reset();
            t_idle = writer;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        CheckSize(payloadLength);
        _length = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_length < 0)
            return _unsized ??= new ArrayBufferWriter<byte>();
        WriteHeader(_length);
        return _target!;
    }

    public override void Complete()
    {
        if (_unsized is { } unsized)
            Complete(unsized.WrittenSpan);
        else
            WriteHeader(Math.Max(0, _length));
        _complete = true;
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        Complete(payload.AsSpan());
    }

    private void Complete(ReadOnlySpan<byte> payload)
    {
        CheckSize(payload.Length);
        WriteHeader(payload.Length);
        _target!.Write(payload);
        _complete = true;
    }

    private void WriteHeader(int length)
    {
        if (_headerWritten)
            return;
        _headerWritten = true;
        if (_target is PooledBuffer pooled)
            pooled.Reserve(MessageFrame.HeaderSize + length);
        MessageFrame.WriteHeader(_target!.GetSpan(MessageFrame.HeaderSize), length);
        _target.Advance(MessageFrame.HeaderSize);
    }

    private void CheckSize(int length)
    {
        if (length > _maxSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
    }

    private void Reset()
    {
        _target = null;
        _unsized = null;
        _maxSize = null;
        _length = -1;
        _headerWritten = false;
        _complete = false;
    }
}
