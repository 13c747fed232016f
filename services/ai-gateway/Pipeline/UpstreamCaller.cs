using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.FanOut;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Routing.Health;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.AiGateway.Thoughts;
using ThinkWatch.Outbound;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>What came of a candidate: answered (no refusal), refused for good, or worth a try elsewhere.</summary>
internal readonly record struct CallResult(Refusal? Refusal, bool IsFinal)
{
    public static readonly CallResult Answered = new(null, IsFinal: true);

    public static CallResult Final(Refusal refusal) => new(refusal, IsFinal: true);
}

/// <summary>What came of one attempt. <paramref name="MayRetry"/>: the same candidate may do better in a moment.</summary>
internal readonly record struct AttemptResult(Refusal? Refusal, bool MayRetry, bool MayFallOver, TimeSpan? RetryAfter)
{
    public static readonly AttemptResult Answered;

    public static AttemptResult Final(Refusal refusal) => new(refusal, MayRetry: false, MayFallOver: false, null);

    public static AttemptResult Transient(Refusal refusal, TimeSpan? retryAfter = null) => new(refusal, MayRetry: true, MayFallOver: true, retryAfter);

    public static AttemptResult Elsewhere(Refusal refusal) => new(refusal, MayRetry: false, MayFallOver: true, null);
}

/// <summary>
/// Calls one candidate, again where that may help: network faults, 408, 409, 429, 5xx; exponential waits with full jitter, <c>retry-after</c> obeyed.
/// Never after the first byte has reached the client.
/// </summary>
internal sealed class UpstreamCaller(
    FormatRegistry formats, JsonRelay json, ConvertedJsonRelay convertedJson, StreamRelay streams, ISettings settings, GatewayMetrics metrics, TimeProvider time, Random random,
    ThoughtMemory? thoughts = null)
{
    public async ValueTask<CallResult> CallAsync(Exchange exchange, RouteCandidate candidate)
    {
        exchange.Chosen = candidate;
        if (thoughts is not null)
            await thoughts.RecallAsync(exchange, candidate.Upstream.Type);
        await exchange.LeaveSocketsAsync();
        if (Prepare(exchange, candidate) is { } unfit)
            return new CallResult(unfit, IsFinal: false);
        var body = exchange.UpstreamBody!;
        var retries = settings.Get(SettingsRegistry.Gateway.RetryMax);
        var begun = time.GetTimestamp();
        Refusal? last = null;
        for (var attempt = 0; ;)
        {
            var policy = BreakerPolicy.Of(settings);
            if (!candidate.Health.TryEnter(policy, out var isProbe))
                return Rest(exchange, candidate, last);
            var result = await JudgeAsync(exchange, candidate, body, policy, isProbe);
            if (result.Refusal is null)
                return CallResult.Answered;
            if (exchange.Http.Response.HasStarted)
                return CallResult.Final(result.Refusal);
            last = result.Refusal;
            if (!MayUseAnotherKey(exchange, candidate, begun))
            {
                if (!result.MayRetry || attempt >= retries || WaitBefore(attempt++, result.RetryAfter) is not { } wait)
                    return new CallResult(last, IsFinal: !result.MayFallOver);
                await Task.Delay(wait, time, exchange.Http.RequestAborted);
            }

            exchange.Retries++;
            metrics.Retried(candidate.Upstream);
        }
    }

    /// <summary>A provider limits keys: another one, that was not limited since the call began, may be used at once, and each of them once.</summary>
    private bool MayUseAnotherKey(Exchange exchange, RouteCandidate candidate, long begun) =>
        exchange.Attempts is [.., { Status: StatusCodes.Status429TooManyRequests }]
        && candidate.Upstream.NextKey() is { } key && (key.LimitedAt == 0 || (key.LimitedAt < begun && key.LimitedUntil <= time.GetTimestamp()));

    /// <summary>Brings the request into the candidate's format; a refusal when that cannot be done, which says nothing about the other candidates.</summary>
    private Refusal? Prepare(Exchange exchange, RouteCandidate candidate)
    {
        var client = ((ICallSurface)exchange.Surface).Format;
        exchange.Target = formats.TargetFor(client, candidate.Upstream) ?? throw new InvalidOperationException("A candidate that cannot be served was left in the list.");
        if (exchange.Target == client)
        {
            exchange.Convert(null);
            exchange.UpstreamBody = formats.Client(client).PassThrough(exchange, candidate);
            return null;
        }

        try
        {
            var output = exchange.ClearConvertedBody();
            exchange.Convert(formats.Converter(client, exchange.Target)!.Convert(exchange, candidate, exchange.Target, output));
            exchange.HidesUsageChunk = false;
            exchange.UpstreamBody = new UpstreamBody(output.Written, []);
        }
        catch (ConversionException exception)
        {
            return Refusals.BadRequest(exception.Message, exception.Param);
        }

        return exchange.Conversion!.Notes.IsLossy && settings.Get(SettingsRegistry.Gateway.ConversionStrict)
            ? Refusals.ConversionLossy(exchange.Conversion.Notes.ToString())
            : null;
    }

    /// <summary>The route's circuit breaker is open: it is left alone, and what was said before it opened stands.</summary>
    private static CallResult Rest(Exchange exchange, RouteCandidate candidate, Refusal? last)
    {
        if (last is null)
            exchange.Attempts.Add(new Attempt(candidate, 0, "circuit_open", 0));
        return new CallResult(last ?? Refusals.CircuitOpen, IsFinal: false);
    }

    /// <summary>One attempt, and what it says about the route.</summary>
    private async ValueTask<AttemptResult> JudgeAsync(Exchange exchange, RouteCandidate candidate, UpstreamBody body, BreakerPolicy policy, bool isProbe)
    {
        var attempts = exchange.Attempts.Count;
        var outcome = AttemptOutcome.Neither;
        var took = 0L;
        try
        {
            var result = await AttemptAsync(exchange, candidate, body);
            if (exchange.Attempts.Count > attempts)
            {
                var attempt = exchange.Attempts[^1];
                outcome = OutcomeOf(attempt, result);
                took = attempt.Fault is null ? Math.Max(1, attempt.Milliseconds) : 0;
            }

            return result;
        }
        finally
        {
            candidate.Health.End(policy, outcome, took, isProbe);
        }
    }

    /// <summary>Only what is the provider's fault counts against it; a limited or unauthorized key says nothing about the route.</summary>
    private static AttemptOutcome OutcomeOf(in Attempt attempt, in AttemptResult result) => attempt.Status switch
    {
        _ when attempt.Fault is null => AttemptOutcome.Good,

        // It did answer; that a rule of ours forbids the answer says nothing against it.
        _ when result.Refusal is { Outcome: Contracts.Audit.Outcome.Denied } || ReferenceEquals(result.Refusal, Refusals.GuardUnavailable) => AttemptOutcome.Good,
        _ when ReferenceEquals(result.Refusal, Refusals.ClientGone) || ReferenceEquals(result.Refusal, Refusals.ProviderBusy) => AttemptOutcome.Neither,
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests => AttemptOutcome.Neither,
        >= 400 and < 500 => AttemptOutcome.Good,
        _ => AttemptOutcome.Failed,
    };

    /// <summary>Null: the provider asks for more patience than the setting has.</summary>
    private TimeSpan? WaitBefore(int attempt, TimeSpan? retryAfter)
    {
        var longest = settings.Get(SettingsRegistry.Gateway.RetryMaxMs);
        if (retryAfter?.TotalMilliseconds > longest)
            return null;
        var ceiling = Math.Min(longest, settings.Get(SettingsRegistry.Gateway.RetryInitialMs) * Math.Pow(2, attempt));
        var jittered = TimeSpan.FromMilliseconds(random.NextDouble() * ceiling);
        return retryAfter > jittered ? retryAfter : jittered;
    }

    private async ValueTask<AttemptResult> AttemptAsync(Exchange exchange, RouteCandidate candidate, UpstreamBody body)
    {
        var upstream = candidate.Upstream;
        var key = upstream.NextKey();
        exchange.UpstreamStartedAt = time.GetTimestamp();
        exchange.UpstreamFirstByteAt = 0;
        exchange.CancelAfter(upstream.Timeout > TimeSpan.Zero ? upstream.Timeout : TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Gateway.RequestTimeoutSecs)));
        HttpResponseMessage? response = null;
        AttemptResult result;
        try
        {
            response = exchange.Conversion is { Calls: > 1 }
                ? await SeveralCalls.SendAsync(exchange, candidate, key, settings.Get(SettingsRegistry.Gateway.MaxConcurrentPerProvider))
                : await upstream.Invoker.SendAsync(await UpstreamRequest.MakeAsync(exchange, candidate, body, key), exchange.Cancelled);
            result = response.IsSuccessStatusCode
                ? await RelayAsync(exchange, response)
                : await UpstreamFaults.ReadAsync(exchange, formats.Wire(exchange.Target), key, response, time);
        }
        catch (OperationCanceledException)
        {
            result = AttemptResult.Final(exchange.ClientIsGone ? Refusals.ClientGone : Refusals.ProviderTimeout);

            // Half an answer must not end like a whole one: only a broken connection tells the client.
            if (exchange.Http.Response.HasStarted)
                exchange.Http.Abort();
        }
        catch (ProviderBusyException)
        {
            result = AttemptResult.Elsewhere(Refusals.ProviderBusy);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            result = exchange.ClientIsGone ? AttemptResult.Final(Refusals.ClientGone)
                : OutboundRefusedException.IsCauseOf(exception) ? AttemptResult.Elsewhere(Refusals.ProviderAddressRefused)
                : AttemptResult.Transient(response is null ? Refusals.ProviderUnreachable : Refusals.ProviderBroke);
        }
        finally
        {
            response?.Dispose();
        }

        // The time that is over is this attempt's: what comes next, a wait first of all, has its own.
        if (result.Refusal is not null)
            exchange.CancelAfter(Timeout.InfiniteTimeSpan);
        exchange.UpstreamEndedAt = time.GetTimestamp();
        Note(exchange, candidate, response, result);
        return result;
    }

    private ValueTask<AttemptResult> RelayAsync(Exchange exchange, HttpResponseMessage response) =>
        IsStream(response.Content.Headers.ContentType?.MediaType) ? streams.RelayAsync(exchange, response)
            : exchange.Conversion is { } conversion ? convertedJson.RelayAsync(exchange, conversion, response)
            : json.RelayAsync(exchange, response);

    internal static bool IsStream(string? mediaType) =>
        string.Equals(mediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase)
        || string.Equals(mediaType, "application/vnd.amazon.eventstream", StringComparison.OrdinalIgnoreCase);

    private void Note(Exchange exchange, RouteCandidate candidate, HttpResponseMessage? response, in AttemptResult result)
    {
        var until = exchange.UpstreamFirstByteAt != 0 ? exchange.UpstreamFirstByteAt : exchange.UpstreamEndedAt;
        var took = (long)time.GetElapsedTime(exchange.UpstreamStartedAt, until).TotalMilliseconds;
        exchange.Attempts.Add(new Attempt(candidate, (int)(response?.StatusCode ?? 0), result.Refusal?.Code ?? result.Refusal?.Type, took));
    }
}
