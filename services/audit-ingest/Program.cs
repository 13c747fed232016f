using ThinkWatch.AuditIngest;
using ThinkWatch.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("audit-ingest");
builder.AddAuditIngest();

var app = builder.Build();
app.MapServiceDefaults();
app.MapAuditIngest();
await app.RunAsync();
