using System.Buffers.Binary;
using System.Text;

namespace ThinkWatch.AiGateway.Caching;

/// <summary>An answer as a client was sent it: JSON, or all the events of a stream. Immutable.</summary>
internal sealed record CachedAnswer(string ContentType, string Provider, string Model, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Content type, provider and model, each behind its length, then the bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        foreach (var text in (string[])[ContentType, Provider, Model])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)bytes.Length);
            stream.Write(length);
            stream.Write(bytes);
        }

        stream.Write(Bytes.Span);
        return stream.ToArray();
    }

    public static CachedAnswer FromBytes(ReadOnlyMemory<byte> bytes)
    {
        var contentType = Take(ref bytes);
        var provider = Take(ref bytes);
        return new CachedAnswer(contentType, provider, Take(ref bytes), bytes);
    }

    private static string Take(ref ReadOnlyMemory<byte> bytes)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span);
        var text = Encoding.UTF8.GetString(bytes.Span.Slice(sizeof(ushort), length));
        bytes = bytes[(sizeof(ushort) + length)..];
        return text;
    }
}
