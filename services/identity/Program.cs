using ThinkWatch.Identity;
using ThinkWatch.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("identity");
builder.AddIdentity();

var app = builder.Build();
app.MapServiceDefaults();
app.MapIdentity();
await app.RunAsync();
