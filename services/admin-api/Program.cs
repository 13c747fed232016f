using ThinkWatch.AdminApi;
using ThinkWatch.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("admin-api");
builder.AddAdminApi();

var app = builder.Build();
app.MapServiceDefaults();
app.MapAdminApi();
await app.RunAsync();
