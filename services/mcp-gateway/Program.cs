using ThinkWatch.McpGateway;
using ThinkWatch.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("mcp-gateway");
builder.AddMcpGateway();

var app = builder.Build();
app.MapServiceDefaults();
app.MapMcp();
await app.RunAsync();
