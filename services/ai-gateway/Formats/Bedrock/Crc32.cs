namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>CRC-32 as in ISO 3309 and gzip, which event streams carry (https://smithy.io/2.0/aws/amazon-eventstream.html). Four bytes a step.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[][] s_tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var (first, second, third, fourth) = (s_tables[0], s_tables[1], s_tables[2], s_tables[3]);
        while (bytes.Length >= 4)
        {
            crc ^= (uint)(bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24));
            crc = fourth[crc & 0xFF] ^ third[(crc >> 8) & 0xFF] ^ second[(crc >> 16) & 0xFF] ^ first[crc >> 24];
            bytes = bytes[4..];
        }

        foreach (var one in bytes)
            crc = (crc >> 8) ^ first[(crc ^ one) & 0xFF];
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        uint[][] tables = [new uint[256], new uint[256], new uint[256], new uint[256]];
        for (var i = 0; i < 256; i++)
        {
            var crc = (uint)i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
            tables[0][i] = crc;
        }

        for (var table = 1; table < tables.Length; table++)
        {
            for (var i = 0; i < 256; i++)
                tables[table][i] = (tables[table - 1][i] >> 8) ^ tables[0][tables[table - 1][i] & 0xFF];
        }

        return tables;
    }
}
