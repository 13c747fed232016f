using System.Globalization;
using Google.Protobuf;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;
using ThinkWatch.Spool;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>
/// Writes a call's row: <c>started</c> before the call leaves, the rest when it has ended; a call that never left as one record.
/// A request from nobody known has no organisation, hence no row.
/// </summary>
internal sealed class CallRecorder(IAuditSpool spool, BodyOffloads offloads, RequestGuard guard, ISettings settings)
{
    public ValueTask<SpoolTicket?> BeginAsync(Exchange exchange)
    {
        var row = Identify(exchange);
        Describe(row, exchange);
        return spool.BeginAsync(RecordKind.Gateway, exchange.Id, exchange.CreatedAt, row, exchange.Cancelled);
    }

    public void Finish(Exchange exchange, in CallFigures figures, bool settled)
    {
        if (exchange.Principal is null)
            return;
        if (exchange.Ticket is not null)
        {
            var rest = new GatewayCall();
            Conclude(rest, exchange, figures, settled);
            Complete(exchange, rest);
            return;
        }

        // The gateway's own answers are access log material; what it refused is a row like any other.
        if (exchange.Refusal is null)
            return;
        guard.InspectRefused(exchange);
        var row = Identify(exchange);
        Describe(row, exchange);
        Conclude(row, exchange, figures, settled);
        spool.TryAppend(RecordKind.Gateway, exchange.Id, exchange.CreatedAt, row);
    }

    private void Complete(Exchange exchange, GatewayCall rest)
    {
        var maximum = settings.Get(SettingsRegistry.Audit.BodyMaxBytes);
        var request = CapturesRequest(exchange) && Captured(exchange).Length > maximum;
        var response = rest.ResponseCapture == Contracts.Audit.Capture.Truncated && !exchange.AnswerIsTruncated;
        if (!request && !response)
        {
            spool.Complete(exchange.Ticket!, rest);
            return;
        }

        offloads.Enqueue(exchange, rest, request, response, settings.Get(SettingsRegistry.Audit.CaptureOriginal));
    }

    /// <summary>Who and when.</summary>
    private static GatewayCall Identify(Exchange exchange)
    {
        var principal = exchange.Principal!.Principal;
        var headers = exchange.Http.Request.Headers;
        var row = new GatewayCall
        {
            Id = exchange.IdText,
            OrgId = principal.OrgId,
            CreatedAtMs = exchange.CreatedAt.ToUnixTimeMilliseconds(),
            TraceId = TraceIds.Of(headers, exchange.Id),
            SessionId = RequestLabels.Short(headers["x-session-id"]),
            UserId = principal.UserId,
            UserEmail = principal.UserEmail,
            KeyId = principal.KeyId,
            KeyLineageId = principal.KeyLineageId,
            KeyName = principal.KeyName,
            CostCenter = principal.CostCenter,
            Surface = exchange.Surface.Name,
            ClientIp = exchange.ClientAddress,
            UserAgent = RequestLabels.Short(headers.UserAgent),
            UserTags = RequestLabels.Tags(headers["x-thinkwatch-tags"]),
        };
        row.Tags.AddRange(principal.Tags);
        row.RoleIds.AddRange(principal.RoleIds);
        foreach (var team in principal.Teams)
            row.Teams.Add(new Team { Id = team.Id, Name = team.Name });
        return row;
    }

    /// <summary>What was asked for, and where it goes first.</summary>
    private void Describe(GatewayCall row, Exchange exchange)
    {
        row.Model = exchange.Facts.Model ?? "";
        row.Stream = exchange.Facts.Stream;
        var body = Captured(exchange);
        row.RequestBytes = body.Length;
        row.Redacted = exchange.Guarded?.Restorer is not null;
        if (exchange.Candidates.Count > 0)
            SetRoute(row, exchange.Candidates[0]);
        if (!CapturesRequest(exchange))
        {
            row.RequestCapture = Contracts.Audit.Capture.Disabled;
            return;
        }

        var maximum = settings.Get(SettingsRegistry.Audit.BodyMaxBytes);
        row.RequestCapture = body.Length <= maximum ? Contracts.Audit.Capture.Captured : Contracts.Audit.Capture.Truncated;
        row.RequestBody = UnsafeByteOperations.UnsafeWrap(body.Written[..(int)Math.Min(maximum, body.Length)]);
    }

    /// <summary>How it went.</summary>
    private void Conclude(GatewayCall row, Exchange exchange, in CallFigures figures, bool settled)
    {
        row.Status = figures.Status;
        row.Outcome = figures.Outcome;
        row.Settled = settled;
        row.LatencyMs = (long)figures.Latency.TotalMilliseconds;
        row.OverheadUs = (long)figures.Overhead.TotalMicroseconds;
        row.UsageSource = figures.UsageSource;
        row.ResponseBytes = exchange.AnswerBytes;
        row.ContentType = exchange.AnswerContentType;
        if (exchange.Guarded is { Hits.IsEmpty: false } guarded)
            row.GuardHits = guarded.Hits.ToJson();
        if (exchange.Refusal is { } refusal)
        {
            row.ErrorType = refusal.Code ?? refusal.Type;
            row.ErrorMessage = refusal.Message;
        }

        if (exchange.Cached is { } cached)
        {
            row.Provider = cached.Provider;
            row.UpstreamModel = cached.Model;
        }

        if (exchange.Chosen is { } chosen)
        {
            SetRoute(row, chosen);
            row.Routing = RoutingRecord.Of(exchange.Decision, exchange.Candidates, exchange.Attempts, exchange.Excluded);
            row.Retries = exchange.Retries;
            Note(row, exchange.Conversion?.Notes);
            row.Fallbacks = exchange.Fallbacks;
            row.FinishReason = exchange.Answer.FinishReason ?? "";
            row.UpstreamTtfbMs = (long)figures.UpstreamFirstByte.TotalMilliseconds;
            row.ClientTtfbMs = (long)figures.ClientFirstByte.TotalMilliseconds;
        }
        else if (exchange.Excluded.Count > 0)
        {
            row.Routing = RoutingRecord.Of(exchange.Decision, exchange.Candidates, exchange.Attempts, exchange.Excluded);
        }

        SetUsage(row, exchange, figures);
        CaptureResponse(row, exchange);
    }

    private static void Note(GatewayCall row, ConversionNotes? notes)
    {
        if (notes is null)
            return;
        foreach (var dropped in notes.Dropped)
            row.ConversionNotes.Add("dropped " + dropped);
        foreach (var changed in notes.Changed)
            row.ConversionNotes.Add("changed " + changed);
    }

    private static void SetRoute(GatewayCall row, RouteCandidate candidate)
    {
        row.ProviderId = candidate.Upstream.Id;
        row.Provider = candidate.Upstream.Name;
        row.RouteId = candidate.RouteId;
        row.UpstreamModel = candidate.UpstreamModel;
        row.Simulated = candidate.Upstream.Simulated;
    }

    private static void SetUsage(GatewayCall row, Exchange exchange, in CallFigures figures)
    {
        if (figures.Usage is not { } usage)
            return;
        row.InputTokens = usage.Input;
        row.OutputTokens = usage.Output;
        row.CachedTokens = usage.Cached;
        row.CacheWriteTokens = usage.CacheWrite;
        row.ReasoningTokens = usage.Reasoning;
        row.WeightedTokens = figures.WeightedTokens;
        if (figures.CostUsd is not { } cost)
            return;
        row.CostUsd = cost.ToString(CultureInfo.InvariantCulture);
        row.Prices = exchange.Chosen!.Prices!.Json;
    }

    private void CaptureResponse(GatewayCall row, Exchange exchange)
    {
        if (exchange.Principal!.Principal.CaptureDisabled || !settings.Get(SettingsRegistry.Audit.CaptureGatewayResponse))
        {
            row.ResponseCapture = Contracts.Audit.Capture.Disabled;
            return;
        }

        if (settings.Get(SettingsRegistry.Audit.CaptureOriginal) && AnswerGuard.Restored(exchange, exchange.AnswerBody.WrittenSpan) is { } original)
            exchange.ReplaceAnswer(original);
        var maximum = settings.Get(SettingsRegistry.Audit.BodyMaxBytes);
        var kept = exchange.AnswerBody.Written[..(int)Math.Min(maximum, exchange.AnswerBody.Length)];
        row.ResponseCapture = exchange.AnswerIsTruncated || kept.Length < exchange.AnswerBody.Length ? Contracts.Audit.Capture.Truncated : Contracts.Audit.Capture.Captured;
        row.ResponseBody = UnsafeByteOperations.UnsafeWrap(kept);
    }

    /// <summary>With placeholders, unless the operator wants what the client sent.</summary>
    private PooledBuffer Captured(Exchange exchange) =>
        exchange.Guarded?.OriginalBody is { } original && settings.Get(SettingsRegistry.Audit.CaptureOriginal) ? original : exchange.Body;

    private bool CapturesRequest(Exchange exchange) =>
        exchange.Surface is ICallSurface && !exchange.Principal!.Principal.CaptureDisabled && settings.Get(SettingsRegistry.Audit.CaptureGatewayRequest);
}
