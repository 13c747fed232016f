using System.Security.Cryptography;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>An image or a file: its bytes, or where they are.</summary>
internal sealed record Media(string? Type, int Bytes, string? Sha256, string? Url, string? FileId)
{
    public string? FileName { get; init; }

    public static Media FromUrl(string url, string? type = null) => new(type, 0, null, url, null);

    public static Media FromFile(string id) => new(null, 0, null, null, id);

    public static Media FromText(string text, string type) => FromBytes(System.Text.Encoding.UTF8.GetBytes(text), type);

    /// <summary>Null when it is not base64.</summary>
    public static Media? FromBase64(string data, string? type)
    {
        var bytes = new byte[(data.Length * 3 / 4) + 3];
        return data.Length > 0 && Convert.TryFromBase64String(data, bytes, out var length) ? FromBytes(bytes.AsSpan(0, length), type) : null;
    }

    /// <summary>A <c>data:</c> URL; null when it is none.</summary>
    public static Media? FromDataUrl(string url)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!url.StartsWith("data:", StringComparison.Ordinal) || comma < 0 || !url.AsSpan(0, comma).EndsWith(";base64"))
            return null;
        return FromBase64(url[(comma + 1)..], url[5..(comma - ";base64".Length)]);
    }

    private static Media FromBytes(ReadOnlySpan<byte> bytes, string? type) =>
        new(type, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8)), null, null);
}
