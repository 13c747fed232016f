namespace ThinkWatch.Outbound;

/// <summary>A connection that the address guard refused. HttpClient wraps it in an HttpRequestException: see <see cref="IsCauseOf"/>.</summary>
public sealed class OutboundRefusedException(string host)
    : IOException($"{host} has no address that may be connected to: it is private, reserved or a metadata service.")
{
    public string Host { get; } = host;

    /// <summary>True when <paramref name="fault"/> is, or was caused by, a refusal.</summary>
    public static bool IsCauseOf(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is OutboundRefusedException)
                return true;
        }

        return false;
    }
}
