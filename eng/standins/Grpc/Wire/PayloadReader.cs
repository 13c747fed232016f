using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Deserializes one payload. One instance a thread is reused, since deserializers do not suspend.</summary>
internal sealed class PayloadReader : DeserializationContext
{
    [ThreadStatic]
    private static PayloadReader? t_idle;

    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public static T Read<T>(Marshaller<T> marshaller, in ReadOnlySequence<byte> payload)
    {
        var reader = t_idle ?? new PayloadReader();
        t_idle = null;
        reader._payload = payload;
        try
        {
            return marshaller.ContextualDeserializer(reader);
        }
        finally
        {
            reader._payload = default;
            t_idle = reader;
        }
    }

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;
}
