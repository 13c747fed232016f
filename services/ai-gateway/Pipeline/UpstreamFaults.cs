using System.Globalization;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Judges a provider's error answers. Its 4xx are the client's to know; its 401 and 403 are the gateway's own misconfiguration.</summary>
internal static class UpstreamFaults
{
    private const int LongestBody = 64 * 1024;
    private const int LongestRestSecs = 86_400;

    /// <summary>For a limited key, when the provider does not say for how long.</summary>
    private static readonly TimeSpan s_usualRest = TimeSpan.FromSeconds(1);

    public static async ValueTask<AttemptResult> ReadAsync(
        Exchange exchange, IWireFormat wire, UpstreamKey? key, HttpResponseMessage response, TimeProvider time)
    {
        using var body = new PooledBuffer();
        await ReadBodyAsync(response, body, exchange.Cancelled);
        exchange.UpstreamFirstByteAt = time.GetTimestamp();
        var status = (int)response.StatusCode;
        var fault = wire.ReadFault(body.WrittenSpan);
        if (status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden || fault.IsAuthentication)
            return AttemptResult.Elsewhere(Refusals.ProviderAuth);
        var retryAfter = RetryAfter(response, time) ?? fault.RetryAfter;
        if (status == StatusCodes.Status429TooManyRequests)
            key?.MarkLimited(exchange.UpstreamFirstByteAt, Later(exchange.UpstreamFirstByteAt, retryAfter ?? s_usualRest, time));
        var refusal = Refusal(status, fault with { Code = fault.Code ?? CodeOf(response) }, key);
        if (status == Refusals.Overloaded && exchange.Surface.Errors is Surfaces.AnthropicErrors)
            refusal = Refusals.ProviderOverloaded; // Anthropic's own status; its clients wait for it to pass.
        if (retryAfter is { } wait)
            refusal = refusal with { RetryAfterSeconds = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 0, int.MaxValue) };
        return status is StatusCodes.Status408RequestTimeout or StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests or >= 500
            ? AttemptResult.Transient(refusal, retryAfter)
            : AttemptResult.Final(refusal);
    }

    private static long Later(long timestamp, TimeSpan by, TimeProvider time) =>
        timestamp + (long)(Math.Min(by.TotalSeconds, LongestRestSecs) * time.TimestampFrequency);

    private static Refusal Refusal(int status, ProviderFault fault, UpstreamKey? key)
    {
        if (status is < 400 or >= 500)
            return Refusals.ProviderFault(status);
        var message = fault.Message ?? string.Create(CultureInfo.InvariantCulture, $"The provider refused the request ({status}).");
        return Refusals.ProviderRefused(status, fault.Type, fault.Code, fault.Param, key?.Scrub(message) ?? message);
    }

    /// <summary>AWS names its errors in a header, with an address behind the name at times.</summary>
    private static string? CodeOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-amzn-errortype", out var values) ? values.First().Split(':')[0] : null;

    private static async ValueTask ReadBodyAsync(HttpResponseMessage response, PooledBuffer body, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (body.Length < LongestBody)
        {
            var read = await stream.ReadAsync(body.GetMemory(4096), cancellationToken);
            if (read == 0)
                return;
            body.Advance(read);
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds))
            return TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue));
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
