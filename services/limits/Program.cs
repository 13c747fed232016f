using ThinkWatch.Limits;
using ThinkWatch.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("limits");
builder.AddLimits();

var app = builder.Build();
app.MapServiceDefaults();
app.MapLimits();
await app.RunAsync();
