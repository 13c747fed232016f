using ThinkWatch.BodyOffload;
using ThinkWatch.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
var identity = builder.AddServiceDefaults("body-offload");
builder.AddBodyOffload(identity.DataDirectory);

var app = builder.Build();
app.MapServiceDefaults();
app.MapBodyOffload();
await app.RunAsync();
