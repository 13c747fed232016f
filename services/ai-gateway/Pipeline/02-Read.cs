using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Reads the body, once, into rented memory, and finds in it what the other stages need.</summary>
internal sealed class ReadStage(BodyMemory memory, ISettings settings) : IStage
{
    private const int FirstReservation = 16 * 1024;

    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public async ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        var request = exchange.Http.Request;
        var limit = settings.Get(SettingsRegistry.Gateway.BodyLimitBytes);
        if (request.ContentLength > limit)
            return Refusals.BodyTooLarge(limit);
        if (request.Headers.ContentEncoding.Count > 0 && !string.Equals(request.Headers.ContentEncoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
            return Refusals.BodyEncoded;
        try
        {
            if (await ReadAsync(exchange, limit) is { } refusal)
                return refusal;
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status408RequestTimeout ? Refusals.BodyTooSlow : Refusals.BodyBroken;
        }
        catch (IOException) when (!exchange.ClientIsGone)
        {
            return Refusals.BodyBroken;
        }

        await exchange.LeaveSocketsAsync();
        return exchange.Body.Length == 0 ? Refusals.BodyMissing : ((ICallSurface)exchange.Surface).Scan(exchange.Body.WrittenSpan, out exchange.Facts);
    }

    private async ValueTask<Refusal?> ReadAsync(Exchange exchange, long limit)
    {
        var announced = exchange.Http.Request.ContentLength;
        if (!TryReserve(exchange, announced ?? FirstReservation))
            return Refusals.TooMuchInFlight;
        exchange.Body.Reserve((int)(announced ?? FirstReservation));
        var reader = exchange.Http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(exchange.Cancelled);
            var total = exchange.Body.Length + result.Buffer.Length;
            var refusal = total > limit ? Refusals.BodyTooLarge(limit)
                : total > exchange.ReservedBytes && !TryReserve(exchange, Math.Max(total - exchange.ReservedBytes, exchange.ReservedBytes)) ? Refusals.TooMuchInFlight
                : null;
            if (refusal is not null)
            {
                reader.AdvanceTo(result.Buffer.End);
                return refusal;
            }

            foreach (var segment in result.Buffer)
                exchange.Body.Append(segment.Span);
            reader.AdvanceTo(result.Buffer.End);
            if (!result.IsCompleted)
                continue;
            exchange.BodyIsRead = true;
            return null;
        }
    }

    private bool TryReserve(Exchange exchange, long more)
    {
        if (!memory.TryReserve(more, settings.Get(SettingsRegistry.Gateway.BodyMemoryBytes)))
            return false;
        exchange.ReservedBytes += more;
        return true;
    }
}
