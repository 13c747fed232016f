using System.Text;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats.Bedrock;

namespace ThinkWatch.AiGateway.Tests.Formats.Bedrock;

/// <summary>Frames as AWS's JavaScript SDK writes them, and what a network makes of them.</summary>
public sealed class EventStreamTests
{
    private const string Delta = "AAAAlAAAAFe0q5ruDTptZXNzYWdlLXR5cGUHAAVldmVudAs6ZXZlbnQtdHlwZQcAEWNvbnRlbnRCbG9ja0RlbHRhDTpjb250ZW50LXR5cGUHABBhcHBsaWNhdGlvbi9qc29ueyJjb250ZW50QmxvY2tJbmRleCI6MCwiZGVsdGEiOnsidGV4dCI6IkhpIn19XbGSQg==";
    private const string Throttled = "AAAAhwAAAGFcUeIlDTptZXNzYWdlLXR5cGUHAAlleGNlcHRpb24POmV4Y2VwdGlvbi10eXBlBwATdGhyb3R0bGluZ0V4Y2VwdGlvbg06Y29udGVudC10eXBlBwAQYXBwbGljYXRpb24vanNvbnsibWVzc2FnZSI6IlRvbyBtYW55In0Dok/x";
    private const string AllHeaders = "AAAAdwAAAGUTCHZhDTptZXNzYWdlLXR5cGUHAAVldmVudAs6ZXZlbnQtdHlwZQcACG1ldGFkYXRhAWEAAWICAQFjAwACAWQEAAAAAwFlBgACAQIBZggAAAAAAAAAAAFnCREREREiIjMzRERVVVVVVVV7fc4QkrU=";

    [Theory]
    [InlineData(Delta, "contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hi"}}""")]
    [InlineData(Throttled, "!throttlingException", """{"message":"Too many"}""")]
    [InlineData(AllHeaders, "metadata", "{}")]
    public void Frame_OfTheSdk_IsOpened(string base64, string name, string data) => Open(Convert.FromBase64String(base64)).ShouldBe([(name, data)]);

    [Fact]
    public void Frames_CutAnywhere_AreTheSame()
    {
        byte[] bytes = [.. Convert.FromBase64String(Delta), .. Convert.FromBase64String(AllHeaders), .. Convert.FromBase64String(Throttled)];
        var whole = Open(bytes);
        whole.Count.ShouldBe(3);
        for (var size = 1; size < 40; size++)
            Open(bytes, size).ShouldBe(whole);
    }

    [Fact]
    public void Frame_WithAnyByteFlipped_IsRefusedOrNeverWhole()
    {
        var original = Convert.FromBase64String(Delta);
        for (var i = 0; i < original.Length; i++)
        {
            var bytes = original.ToArray();
            bytes[i] ^= 0x10;
            Should.Throw<InvalidDataException>(() => Open(bytes), $"byte {i}");
        }
    }

    [Theory]
    [InlineData(0xFFFFFFF0u, 0u)]
    [InlineData(0x00900000u, 0u)]
    [InlineData(100u, 90u)]
    [InlineData(0u, 0u)]
    public void Frame_OfImpossibleLength_IsRefusedAtOnce(uint total, uint headers)
    {
        var prelude = new byte[12];
        global::System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(prelude, total);
        global::System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(prelude.AsSpan(4), headers);
        global::System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(prelude.AsSpan(8), Crc32.Of(prelude.AsSpan(0, 8)));
        Should.Throw<InvalidDataException>(() => new EventStreamFraming().TryNext(prelude, out _));
    }

    [Fact]
    public void Crc_IsTheWellKnownOne() => Crc32.Of("123456789"u8).ShouldBe(0xCBF43926u);

    private static List<(string Name, string Data)> Open(byte[] bytes, int cut = int.MaxValue)
    {
        var framing = new EventStreamFraming();
        var found = new List<(string, string)>();
        using var pending = new PooledBuffer();
        using var scratch = new PooledBuffer();
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(cut, bytes.Length - at);
            pending.Append(bytes.AsSpan(at, count));
            at += count;
            while (framing.TryNext(pending.WrittenSpan, out var length))
            {
                framing.Open(pending.WrittenSpan[..length], scratch, out var name, out var data);
                found.Add((Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(data)));
                pending.Consume(length);
            }
        }

        return found;
    }
}
