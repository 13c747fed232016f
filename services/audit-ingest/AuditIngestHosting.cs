using ThinkWatch.AuditIngest.Gaps;
using ThinkWatch.AuditIngest.Intake;
using ThinkWatch.AuditIngest.Settlement;
using ThinkWatch.ClickHouse;
using ThinkWatch.Postgres;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AuditIngest;

internal static class AuditIngestHosting
{
    private const int MaxFrameBytes = 80 << 20;

    public static void AddAuditIngest(this WebApplicationBuilder builder)
    {
        builder.AddPostgres("audit");
        builder.AddClickHouse("clickhouse");
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = MaxFrameBytes);
        builder.Services.AddSingleton<IngestMetrics>();
        builder.Services.AddSingleton<SchemaState>();
        builder.Services.AddHostedService<SchemaService>();
        builder.Services.AddHealthChecks().AddCheck<SchemaState>("clickhouse_schema", tags: ["ready"]);
        builder.Services.AddSingleton<PlatformRow>();
        builder.Services.AddSingleton<FrameInsert>();
        builder.Services.AddSingleton<FrameStore>();
        builder.AddFleetClient<Contracts.Limits.Limits.LimitsClient>("limits");
        builder.Services.AddSingleton<UnsettledCalls>();
        builder.Services.AddSingleton<EndedCalls>();
        builder.Services.AddHostedService<LateSettler>();
        builder.Services.AddSingleton<SequenceLedger>();
        builder.Services.AddSingleton<GapRepository>();
        builder.Services.AddHostedService<GapWatcher>();
    }

    public static void MapAuditIngest(this WebApplication app) => app.MapGrpcService<ShipService>();
}
