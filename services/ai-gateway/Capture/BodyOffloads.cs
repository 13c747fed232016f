using System.Globalization;
using System.Threading.Channels;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.Spool;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>
/// Completes the rows whose bodies are too large for them, after the client has its answer: the body goes to body-offload first, then the row says where
/// it is. Bounded: when too many wait, a row is completed at once and says that its body is truncated. Many writers, a few workers; drained at stop.
/// </summary>
internal sealed class BodyOffloads(IBodyOffload store, IAuditSpool spool, BodyMemory memory) : BackgroundService
{
    private const int Capacity = 64;
    private const int Workers = 4;

    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(Capacity);

    /// <summary>Takes over the exchange's bodies as far as they are to be offloaded.</summary>
    public void Enqueue(Exchange exchange, GatewayCall rest, bool request, bool response, bool original)
    {
        if (_jobs.Reader.Count >= Capacity)
        {
            spool.Complete(exchange.Ticket!, rest);
            return;
        }

        // The row's own prefix must not point into memory that goes back to the pool.
        if (response)
            rest.ResponseBody = Google.Protobuf.ByteString.CopyFrom(rest.ResponseBody.Span);
        var (body, reserved) = request ? exchange.TakeBody(original) : (null, 0);
        var job = new Job(exchange.Ticket!, rest, exchange.Principal!.Principal.OrgId, exchange.CreatedAt, body, reserved, response ? exchange.TakeAnswer() : null);
        if (_jobs.Writer.TryWrite(job))
            return;
        spool.Complete(job.Ticket, rest);
        Release(job);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _jobs.Writer.TryComplete();
        if (ExecuteTask is { } working)
            await working.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        await foreach (var job in _jobs.Reader.ReadAllAsync(stoppingToken))
        {
            await OffloadAsync(job, stoppingToken);
            spool.Complete(job.Ticket, job.Rest);
            Release(job);
        }
    }

    private async Task OffloadAsync(Job job, CancellationToken stoppingToken)
    {
        if (job.Request is { } request && await store.PutAsync(Key(job, "request_body"), "application/json", request.Written, stoppingToken) is { } requestReply)
        {
            job.Rest.RequestBodyUri = requestReply.Uri;
            job.Rest.RequestBodySha256 = requestReply.Sha256;
            job.Rest.RequestCapture = Contracts.Audit.Capture.Offloaded;
            AddTokens(job.Rest, requestReply);
        }

        if (job.Response is { } response && await store.PutAsync(Key(job, "response_body"), "application/json", response.Written, stoppingToken) is { } responseReply)
        {
            job.Rest.ResponseBodyUri = responseReply.Uri;
            job.Rest.ResponseBodySha256 = responseReply.Sha256;
            job.Rest.ResponseCapture = Contracts.Audit.Capture.Offloaded;
            AddTokens(job.Rest, responseReply);
        }
    }

    private static void AddTokens(GatewayCall row, PutReply reply) =>
        row.SearchTokens = string.Join(' ', row.SearchTokens.Length == 0 ? reply.Tokens : reply.Tokens.Prepend(row.SearchTokens));

    private static BodyKey Key(Job job, string field) => new()
    {
        Table = "gateway_logs",
        Date = job.CreatedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        OrgId = job.OrgId,
        Id = job.Ticket.Id.ToString(),
        Field = field,
    };

    private void Release(Job job)
    {
        job.Request?.Dispose();
        job.Response?.Dispose();
        memory.Release(job.ReservedBytes);
    }

    private sealed record Job(
        SpoolTicket Ticket, GatewayCall Rest, string OrgId, DateTimeOffset CreatedAt, PooledBuffer? Request, long ReservedBytes, PooledBuffer? Response);
}
