using System.Security.Cryptography;
using System.Text;
using ThinkWatch.BodyOffload.Objects;

namespace ThinkWatch.BodyOffload.Tests.Objects;

public sealed class ObjectFormatTests
{
    private static readonly Vault Key = new(RandomNumberGenerator.GetBytes(Vault.KeyBytes));
    private static readonly ObjectPath Path = ObjectPath.Parse("bodies/gateway_logs/2026/03/01/org-1/call-1/request_body")!;
    private static readonly ObjectPath OtherPath = ObjectPath.Parse("bodies/gateway_logs/2026/03/01/org-2/call-1/request_body")!;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ObjectFormat.ChunkSize - 1)]
    [InlineData(ObjectFormat.ChunkSize)]
    [InlineData(ObjectFormat.ChunkSize + 1)]
    [InlineData(3 * ObjectFormat.ChunkSize + 77)]
    public async Task Body_OfAnySize_ComesBackByteForByte(int size)
    {
        foreach (var body in new[] { Words(size), RandomNumberGenerator.GetBytes(size) })
        {
            var (stored, hash) = await EncodeAsync(body, pieces: 7_001);
            hash.ShouldBe(SHA256.HashData(body));
            (await DecodeAsync(stored)).ShouldBe(body);
        }
    }

    [Fact]
    public async Task Words_AreStoredSmallerAndUnreadable()
    {
        var body = Words(300_000);
        var (stored, _) = await EncodeAsync(body, 50_000);
        stored.Length.ShouldBeLessThan(body.Length / 2);
        stored.AsSpan().IndexOf("word"u8).ShouldBe(-1);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(ObjectFormat.ChunkSize - 5, 10)]
    [InlineData(ObjectFormat.ChunkSize, 1)]
    [InlineData(599_990, 100)]
    [InlineData(700_000, 100)]
    public async Task Range_IsWhatAskedFor(int offset, int length)
    {
        var body = Words(600_000);
        var (stored, _) = await EncodeAsync(body, 100_000);
        (await DecodeAsync(stored, offset, length)).ShouldBe(body.Skip(offset).Take(length).ToArray());
    }

    [Fact]
    public async Task AnyBit_Flipped_IsFound()
    {
        var (stored, _) = await EncodeAsync(Words(40_000), 40_000);
        for (var at = 0; at < stored.Length; at += Math.Max(1, stored.Length / 400))
        {
            var damaged = stored.ToArray();
            damaged[at] ^= 4;
            await Should.ThrowAsync<DamagedObjectException>(() => DecodeAsync(damaged), $"byte {at}");
        }
    }

    [Fact]
    public async Task Object_CutAtAChunkOrMovedToAnotherPath_DoesNotOpen()
    {
        var body = RandomNumberGenerator.GetBytes(2 * ObjectFormat.ChunkSize);
        var (stored, _) = await EncodeAsync(body, 100_000);
        var lastChunk = ObjectFormat.ChunkHeaderSize + ObjectFormat.ChunkSize;
        await Should.ThrowAsync<DamagedObjectException>(() => DecodeAsync(stored[..^lastChunk]));
        await Should.ThrowAsync<DamagedObjectException>(() => DecodeAsync(stored, path: OtherPath));

        var swapped = stored.ToArray();
        stored.AsSpan(stored.Length - lastChunk).CopyTo(swapped.AsSpan(stored.Length - 2 * lastChunk));
        await Should.ThrowAsync<DamagedObjectException>(() => DecodeAsync(swapped));
    }

    private static byte[] Words(int size)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < size; i++)
            text.Append("word").Append(i % 5000).Append(' ');
        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }

    private static async Task<(byte[] Stored, byte[] Hash)> EncodeAsync(byte[] body, int pieces)
    {
        using var stored = new MemoryStream();
        using var encoder = new ObjectEncoder(Path, Key, (bytes, ct) => stored.WriteAsync(bytes, ct));
        foreach (var piece in body.Chunk(pieces))
            await encoder.AppendAsync(piece, CancellationToken.None);
        var (hash, _) = await encoder.FinishAsync(CancellationToken.None);
        encoder.Bytes.ShouldBe(body.Length);
        encoder.StoredBytes.ShouldBe(stored.Length);
        return (stored.ToArray(), hash);
    }

    private static async Task<byte[]> DecodeAsync(byte[] stored, long offset = 0, long length = long.MaxValue, ObjectPath? path = null)
    {
        using var body = new MemoryStream();
        await foreach (var piece in ObjectDecoder.ReadAsync(new MemoryStream(stored), path ?? Path, Key, offset, length, CancellationToken.None))
            await body.WriteAsync(piece);
        return body.ToArray();
    }
}
