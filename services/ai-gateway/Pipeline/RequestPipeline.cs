using System.Collections.Concurrent;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// The one list of stages, for every surface, in this order. <see cref="Map"/> is the only way to an endpoint; a test enumerates them.
/// Whatever happens in a stage, <see cref="FinishStage"/> runs, once.
/// </summary>
internal sealed partial class RequestPipeline(
    AuthenticateStage authenticate,
    ReadStage read,
    AccessStage access,
    RecallStage recall,
    GuardStage guard,
    CandidatesStage candidates,
    LimitStage limit,
    CacheStage cache,
    BeginAuditStage beginAudit,
    CallStage call,
    KeepStage keep,
    FinishStage finish,
    TimeProvider time,
    ILogger<RequestPipeline> log)
{
    private const int MaxIdle = 256;

    private readonly IStage[] _stages = [authenticate, read, access, recall, guard, candidates, limit, cache, beginAudit, call, keep];
    private readonly ConcurrentBag<Exchange> _idle = [];

    public IReadOnlyList<IStage> Stages => _stages;

    public void Map(IEndpointRouteBuilder endpoints, ISurface surface)
    {
        var stages = _stages.Where(stage => stage.AppliesTo(surface)).ToArray();
        endpoints.MapMethods(surface.Route, [surface.Method], http => RunAsync(http, surface, stages)).WithMetadata(new PipelineEndpoint(surface));
    }

    /// <summary>What nothing else answers gets an error in the shape that SDKs expect; it reaches no stage, so it reaches nobody.</summary>
    public void MapUnknown(IEndpointRouteBuilder endpoints) =>
        endpoints.MapFallback(http => RunAsync(http, UnknownSurface.Instance, [])).WithMetadata(new PipelineEndpoint(UnknownSurface.Instance));

    private async Task RunAsync(HttpContext http, ISurface surface, IStage[] stages)
    {
        var exchange = _idle.TryTake(out var idle) ? idle : new Exchange();
        exchange.Begin(http, surface, time);
        try
        {
            http.Response.Headers["x-request-id"] = exchange.IdText;
            if (ErrorShape.IsAnthropic(http.Request))
                http.Response.Headers["request-id"] = exchange.IdText; // what Anthropic's clients read
            exchange.Refusal = await RunStagesAsync(exchange, stages);
            if (exchange.Refusal is { } refusal && !http.Response.HasStarted && !exchange.ClientIsGone)
                await ErrorAnswer.WriteAsync(exchange, refusal);
        }
        finally
        {
            await exchange.LeaveSocketsAsync();
            finish.Run(exchange);
            exchange.Reset();
            if (_idle.Count < MaxIdle)
                _idle.Add(exchange);
            else
                exchange.Dispose();
        }
    }

    private async ValueTask<Refusal?> RunStagesAsync(Exchange exchange, IStage[] stages)
    {
        try
        {
            foreach (var stage in stages)
            {
                await exchange.LeaveSocketsAsync();
                if (await stage.RunAsync(exchange) is { } refusal)
                    return refusal;
            }

            return exchange.Surface is UnknownSurface ? Refusals.UnknownRoute : exchange.Refusal;
        }
        catch (OperationCanceledException) when (exchange.ClientIsGone)
        {
            return Refusals.ClientGone;
        }
        catch (Exception exception)
        {
            // The edge of a request: whatever it was, the client gets an answer, the row an outcome, and the next request a gateway.
            Failed(exception, exchange.IdText);
            if (exchange.Http.Response.HasStarted)
                exchange.Http.Abort();
            return Refusals.Internal;
        }
    }

    [LoggerMessage(410, LogLevel.Error, "Request {RequestId} failed")]
    private partial void Failed(Exception exception, string requestId);
}

/// <summary>Marks an endpoint that only the pipeline serves.</summary>
internal sealed record PipelineEndpoint(ISurface Surface);
