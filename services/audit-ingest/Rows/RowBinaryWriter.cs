using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace ThinkWatch.AuditIngest.Rows;

/// <summary>Encodes ClickHouse's RowBinary into one pooled array. Used by one thread, disposed once.</summary>
internal sealed class RowBinaryWriter(int capacity) : IDisposable
{
    private const int MaxVarint = 10;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Text(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        Length(count);
        Encoding.UTF8.GetBytes(value, Take(count));
    }

    public void Bytes(ByteString value)
    {
        Length(value.Length);
        value.Span.CopyTo(Take(value.Length));
    }

    public void Length(int value)
    {
        Reserve(MaxVarint);
        var rest = (uint)value;
        while (rest >= 0x80)
        {
            _bytes[_length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _bytes[_length++] = (byte)rest;
    }

    public void Texts<T>(IReadOnlyCollection<T> values, Func<T, string> text)
    {
        Length(values.Count);
        foreach (var value in values)
            Text(text(value));
    }

    public void Texts(IReadOnlyCollection<string> values) => Texts(values, static v => v);

    public void Bool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(int value) => BinaryPrimitives.WriteInt16LittleEndian(Take(2), (short)Math.Clamp(value, short.MinValue, short.MaxValue));

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>The next <paramref name="count"/> bytes, for the caller to fill before it writes anything else.</summary>
    public Span<byte> Fixed(int count) => Take(count);

    /// <summary>Nullable(Decimal(18, 9)) from decimal text; what is not a number that fits is unknown.</summary>
    public void NullableDecimal9(string text)
    {
        const decimal scale = 1_000_000_000m;
        const decimal largest = 999_999_999m;
        var isKnown = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) <= largest;
        Bool(!isKnown);
        if (isKnown)
            Int64((long)decimal.Round(value * scale));
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private Span<byte> Take(int count)
    {
        Reserve(count);
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
