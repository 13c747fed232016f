using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using ThinkWatch.AuditIngest.Rows;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Tests.Rows;

public sealed class RowSealerTests
{
    private const int CellSize = RowSealer.SaltSize + 32;
    private static readonly byte[] Seed = [.. Enumerable.Range(1, RowSealer.SeedSize).Select(static i => (byte)i)];

    [Fact]
    public void Digest_IsTheHashOfSaltAndValue()
    {
        var large = new byte[300_000];
        large[^1] = 1;
        var cells = Seal(Seed, s =>
        {
            s.Text("größe");
            s.Bytes([0, 255]);
            s.Bytes(large);
        });
        byte[][] values = [Encoding.UTF8.GetBytes("größe"), [0, 255], large];
        for (var i = 0; i < values.Length; i++)
            cells[i].Digest.ShouldBe(SHA256.HashData([.. cells[i].Salt, .. values[i]]));
    }

    [Fact]
    public void Salts_OfARow_AreAllDifferent_AndThoseOfTheSameSeedTheSame()
    {
        static void Eight(RowSealer sealer)
        {
            for (var i = 0; i < 8; i++)
                sealer.Text("same");
        }

        var row = Seal(Seed, Eight);
        row.Select(c => Convert.ToHexString(c.Salt)).ShouldBeUnique();
        row.Select(c => Convert.ToHexString(c.Digest)).ShouldBeUnique();
        Seal(Seed, Eight).Select(c => Convert.ToHexString(c.Salt)).ShouldBe(row.Select(c => Convert.ToHexString(c.Salt)));
        Seal([.. Seed.Reverse()], Eight).Select(c => Convert.ToHexString(c.Salt)).ShouldNotContain(Convert.ToHexString(row[0].Salt));
    }

    [Fact]
    public void Field_ThatIsEmpty_HasNeitherSaltNorDigest_AndMovesNoOther()
    {
        var cells = Seal(Seed, s =>
        {
            s.Text("");
            s.Bytes([]);
            s.Text("third");
        });
        cells[0].Salt.Concat(cells[0].Digest).Concat(cells[1].Salt).Concat(cells[1].Digest).ShouldAllBe(b => b == 0);
        cells[2].Salt.ShouldBe(Seal(Seed, s => { s.Text("a"); s.Text("b"); s.Text("c"); })[2].Salt);
    }

    [Fact]
    public void Event_WithoutASeed_GetsSaltsThatNobodyCanGuess()
    {
        var first = Seal([], s => s.Text("ada@example.com"))[0];
        var second = Seal([], s => s.Text("ada@example.com"))[0];
        first.Salt.ShouldNotBe(second.Salt);
        first.Salt.ShouldNotBe(Seal(new byte[RowSealer.SeedSize], s => s.Text("x"))[0].Salt);
    }

    [Fact]
    public void Frame_EncodedTwice_IsTheSameBytes()
    {
        var frame = new Frame { ProducerId = "p", Kind = RecordKind.Gateway, FirstSequence = 1, LastSequence = 1 };
        frame.Records.Add(new GatewayCall { Id = "i", UserEmail = "ada@example.com", RequestBody = ByteString.CopyFromUtf8("hello"), SaltSeed = ByteString.CopyFrom(Seed) }.ToByteString());
        Encoded(frame).ShouldBe(Encoded(frame));
    }

    private static byte[] Encoded(Frame frame)
    {
        using var writer = new RowBinaryWriter(16);
        GatewayRows.Table.Encode(frame, writer);
        return writer.Written.ToArray();
    }

    private static (byte[] Salt, byte[] Digest)[] Seal(ReadOnlySpan<byte> seed, Action<RowSealer> fields)
    {
        using var writer = new RowBinaryWriter(16);
        using var sealer = new RowSealer(writer);
        sealer.Begin(seed);
        fields(sealer);
        return [.. writer.Written.ToArray().Chunk(CellSize).Select(static cell => (cell[..RowSealer.SaltSize], cell[RowSealer.SaltSize..]))];
    }
}
