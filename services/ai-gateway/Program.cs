using ThinkWatch.AiGateway;
using ThinkWatch.ServiceDefaults;

InlineSockets.Enable();
var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("ai-gateway");
builder.AddAiGateway();
var app = builder.Build();
app.MapServiceDefaults();
app.MapAiGateway();
await app.RunAsync();
