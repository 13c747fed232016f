using System.Globalization;
using System.Text;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Names and encodings of the gRPC-over-HTTP/2 protocol that client and server share.</summary>
internal static class GrpcProtocol
{
    public const string ContentType = "application/grpc";
    public const string TimeoutHeader = "grpc-timeout";
    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";
    public const string EncodingHeader = "grpc-encoding";
    public const string AcceptEncodingHeader = "grpc-accept-encoding";
    public const string IdentityEncoding = "identity";
    public const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>Timers take no longer ones; a later deadline is as good as none.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);

    private static readonly string[] _statusTexts = [.. Enumerable.Range(0, 17).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    public static string StatusText(StatusCode code) =>
        (uint)code < (uint)_statusTexts.Length ? _statusTexts[(int)code] : ((int)code).ToString(CultureInfo.InvariantCulture);

    /// <summary>True for <c>application/grpc</c>, alone, with a sub-format (<c>+proto</c>) or parameters; false for grpc-web.</summary>
    public static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is ';' or '+');

    /// <summary>At most eight digits and a unit, rounded up so that the peer never gives up first.</summary>
    public static string EncodeTimeout(TimeSpan timeout)
    {
        var milliseconds = (long)Math.Ceiling(timeout.TotalMilliseconds);
        return milliseconds <= 99_999_999
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, milliseconds)}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(99_999_999, (milliseconds + 999) / 1000)}S");
    }

    public static bool TryDecodeTimeout(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is null || text.Length is < 2 or > 9
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        long? ticksPerUnit = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        if (ticksPerUnit is not { } ticks)
            return false;
        timeout = ticks == 0 ? TimeSpan.FromTicks(value / 100) : TimeSpan.FromTicks(value * ticks);
        return true;
    }

    /// <summary>Percent-encodes the UTF-8 bytes outside printable ASCII, and the percent sign.</summary>
    public static string EncodeMessage(string message)
    {
        if (!message.AsSpan().ContainsAnyExceptInRange(' ', '~') && !message.Contains('%', StringComparison.Ordinal))
            return message;
        var text = new StringBuilder(message.Length + 32);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                text.Append((char)b);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }

    /// <summary>Lenient, as the protocol asks: what is not a valid escape stays as it is.</summary>
    public static string DecodeMessage(string text) => text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;

    /// <summary>Base64 with or without padding.</summary>
    public static byte[] DecodeBinary(string text) =>
        Convert.FromBase64String((text.Length % 4) switch { 2 => text + "==", 3 => text + "=", _ => text });

    /// <summary>Adds what one header line holds; a binary one may hold several values, split by commas.</summary>
    public static void AddTo(Metadata metadata, string name, string value)
    {
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(name, value);
            return;
        }

        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
            metadata.Add(name, DecodeBinary(part));
    }

    public static string HeaderValue(Metadata.Entry entry) => entry.IsBinary ? Convert.ToBase64String(entry.RawBytes) : entry.Value;
}
