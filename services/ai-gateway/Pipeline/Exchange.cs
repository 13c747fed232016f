using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Caching;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Pipeline;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Spool;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// One request on its way through the stages, and all that is known of it. Pooled: one request at a time owns it, one stage at a time writes it, and
/// nothing keeps it when <see cref="Reset"/> has been called.
/// </summary>
internal sealed class Exchange : IDisposable
{
    private CancellationTokenSource _cancel = new();
    private CancellationTokenRegistration _clientGone;
    private RequestFacts _facts;

    // Who and when.
    public HttpContext Http { get; private set; } = null!;

    public ISurface Surface { get; private set; } = null!;

    public Guid Id { get; private set; }

    public string IdText { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Timestamp of the beginning.</summary>
    public long StartedAt { get; private set; }

    public string ClientAddress { get; set; } = "";

    public KnownPrincipal? Principal { get; set; }

    // What is asked for.
    public PooledBuffer Body { get; private set; } = new();

    public bool BodyIsRead { get; set; }

    /// <summary>What <see cref="Body"/> takes of the memory for all requests.</summary>
    public long ReservedBytes { get; set; }

    public ref RequestFacts Facts => ref _facts;

    /// <summary>What the request refers to, and its input begins with now; null when it refers to nothing.</summary>
    public StoredResponses.Recalled? Recalled { get; set; }

    /// <summary>What was thought before tool calls that the client sends back without it, by the id of a turn's first call; null while nobody has looked.</summary>
    public Dictionary<string, System.Text.Json.JsonElement>? Thoughts { get; set; }

    /// <summary>What has to be stored before the client has the end of its answer; it never fails. Null when nothing has.</summary>
    public Task? Keeping { get; set; }

    /// <summary>What the guard did to the request; null when there was nothing for it to do.</summary>
    public GuardedCall? Guarded { get; set; }

    /// <summary>The catalog as it was when the request came: one view for its whole life.</summary>
    public CatalogView Catalog { get; set; } = CatalogView.Empty;

    public ModelEntry? Model { get; set; }

    public List<RouteCandidate> Candidates { get; } = [];

    public RoutingDecision Decision { get; set; } = RoutingDecision.OnlyRoute;

    /// <summary>What limits was asked.</summary>
    public Contracts.Limits.CheckRequest? Question { get; set; }

    public LimitsAnswer Limits { get; set; }

    /// <summary>Candidates that were passed over because a rule of their own is spent.</summary>
    public List<Exclusion> Excluded { get; } = [];

    /// <summary>Where in the response cache this call's answer is, or belongs; null when it is none for the cache.</summary>
    public CacheSlot? CacheSlot { get; set; }

    /// <summary>What the response cache holds for this call.</summary>
    public CachedAnswer? Cached { get; set; }

    /// <summary>As <c>x-cache</c> says it.</summary>
    public string CacheResult => Cached is not null ? "hit" : CacheSlot is not null ? "miss" : "bypass";

    public SpoolTicket? Ticket { get; set; }

    // How it went.
    public List<Attempt> Attempts { get; } = [];

    public RouteCandidate? Chosen { get; set; }

    public int Retries { get; set; }

    public int Fallbacks { get; set; }

    /// <summary>Usage was asked for on the client's behalf: the chunk that carries it is not for the client.</summary>
    public bool HidesUsageChunk { get; set; }

    /// <summary>The format in which the chosen provider is spoken to.</summary>
    public WireFormat Target { get; set; }

    /// <summary>How the chosen provider's answer becomes the client's; null when it passes through.</summary>
    public IConversion? Conversion { get; private set; }

    /// <summary>The converted request; empty when the client's own bytes go through.</summary>
    public PooledBuffer ConvertedBody { get; private set; } = new();

    /// <summary>The last attempt's request body; a connection may still be reading from <see cref="Body"/> or <see cref="ConvertedBody"/>.</summary>
    public UpstreamBody? UpstreamBody { get; set; }

    public AnswerFacts Answer;

    /// <summary>What is kept of the answer for the row.</summary>
    public PooledBuffer AnswerBody { get; private set; } = new();

    /// <summary>A stream as it was sent, when it may go into the response cache.</summary>
    public PooledBuffer SentStream { get; } = new();

    public bool AnswerIsTruncated { get; set; }

    public string AnswerContentType { get; set; } = "";

    public long AnswerBytes { get; set; }

    /// <summary>Bytes of text in a streamed answer, for an estimate.</summary>
    public long AnswerTextBytes { get; set; }

    /// <summary>Why it was refused or broke off; null when it was answered.</summary>
    public Refusal? Refusal { get; set; }

    // Timestamps; 0 = never.
    public long UpstreamStartedAt { get; set; }

    public long UpstreamFirstByteAt { get; set; }

    public long UpstreamEndedAt { get; set; }

    public long ClientFirstByteAt { get; set; }

    /// <summary>Cancelled when the client goes, and when a deadline set by <see cref="CancelAfter"/> passes.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    public bool ClientIsGone => Http.RequestAborted.IsCancellationRequested;

    public void Begin(HttpContext http, ISurface surface, TimeProvider time)
    {
        Http = http;
        Surface = surface;
        StartedAt = time.GetTimestamp();
        CreatedAt = time.GetUtcNow();
        Id = Guid.CreateVersion7(CreatedAt);
        IdText = Id.ToString();
        _clientGone = http.RequestAborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cancel);
    }

    /// <summary>Await before work that grows with the request or its answer: see <see cref="InlineSockets"/>.</summary>
    public LeavingSockets LeaveSocketsAsync() => InlineSockets.LeaveAsync(Math.Max(Body.Length, AnswerBody.Length));

    public void CancelAfter(TimeSpan delay) => _cancel.CancelAfter(delay);

    /// <summary>Another text of the same request. Nothing may hold on to the old one.</summary>
    public void ReplaceBody(PooledBuffer body)
    {
        Body.Dispose();
        Body = body;
    }

    /// <summary>The same, for somebody who holds on to the old one.</summary>
    public PooledBuffer ExchangeBody(PooledBuffer body)
    {
        var old = Body;
        Body = body;
        return old;
    }

    /// <summary>
    /// Gives the request's bytes to somebody who outlives this exchange, with what they take of the memory for all requests: as the client sent them where
    /// the guard has kept that and it is wanted.
    /// </summary>
    public (PooledBuffer Body, long ReservedBytes) TakeBody(bool original)
    {
        var taken = ((original ? Guarded?.TakeOriginal() : null) ?? ExchangeBody(new PooledBuffer()), ReservedBytes);
        ReservedBytes = 0;
        return taken;
    }

    /// <summary>Another text of the kept answer.</summary>
    public void ReplaceAnswer(PooledBuffer answer)
    {
        AnswerBody.Dispose();
        AnswerBody = answer;
    }

    /// <summary>Gives the kept answer to somebody who outlives this exchange.</summary>
    public PooledBuffer TakeAnswer()
    {
        var taken = AnswerBody;
        AnswerBody = new PooledBuffer();
        return taken;
    }

    /// <summary>Takes over what the way back needs; what an earlier candidate left is let go.</summary>
    public void Convert(IConversion? conversion)
    {
        Conversion?.Dispose();
        Conversion = conversion;
    }

    /// <summary>Room for another candidate's converted request.</summary>
    public PooledBuffer ClearConvertedBody()
    {
        if (UpstreamBody is { IsBeingWritten: true })
            ConvertedBody.Abandon();
        ConvertedBody.Clear();
        return ConvertedBody;
    }

    public void Reset()
    {
        _clientGone.Dispose();
        if (!_cancel.TryReset())
        {
            _cancel.Dispose();
            _cancel = new CancellationTokenSource();
        }

        if (UpstreamBody is { IsBeingWritten: true })
        {
            Body.Abandon();
            ConvertedBody.Abandon();
        }

        Convert(null);
        ConvertedBody.Dispose();
        Body.Dispose();
        AnswerBody.Dispose();
        Http = null!;
        Principal = null;
        BodyIsRead = false;
        ReservedBytes = 0;
        _facts = default;
        Guarded?.Dispose();
        Guarded = null;
        Recalled = null;
        Thoughts = null;
        Keeping = null;
        Catalog = CatalogView.Empty;
        Model = null;
        Candidates.Clear();
        Decision = RoutingDecision.OnlyRoute;
        Question = null;
        Limits = default;
        Excluded.Clear();
        CacheSlot = null;
        Cached = null;
        SentStream.Dispose();
        Ticket = null;
        Attempts.Clear();
        Chosen = null;
        Retries = Fallbacks = 0;
        HidesUsageChunk = false;
        UpstreamBody = null;
        Target = default;
        Answer = default;
        AnswerIsTruncated = false;
        AnswerContentType = "";
        AnswerBytes = AnswerTextBytes = 0;
        Refusal = null;
        UpstreamStartedAt = UpstreamFirstByteAt = UpstreamEndedAt = ClientFirstByteAt = 0;
    }

    public void Dispose()
    {
        _cancel.Dispose();
        Convert(null);
        ConvertedBody.Dispose();
        Body.Dispose();
        AnswerBody.Dispose();
    }
}
