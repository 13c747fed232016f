using ThinkWatch.Edge;
using ThinkWatch.ServiceDefaults;

InlineSockets.Enable();
var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("edge", ownEndpoints: true);
builder.AddEdge();

var app = builder.Build();
app.UseServiceDefaults();
app.UseEdge();
await app.RunAsync();
