using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ThinkWatch.EmbeddedClickHouse;
using ThinkWatch.EmbeddedClickHouse.Http;

var builder = WebApplication.CreateSlimBuilder(args);
ServerOptions options;
try
{
    options = ServerOptions.Read(builder.Configuration);
}
catch (InvalidOperationException malformed)
{
    await Console.Error.WriteLineAsync(malformed.Message);
    return 2;
}

// The engine's calls block a pool thread each.
ThreadPool.SetMinThreads(options.Connections + Environment.ProcessorCount + 4, Environment.ProcessorCount);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
builder.Services.AddSingleton(options).AddSingleton<Engine>().AddSingleton<QueryEndpoint>();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Parse(options.BindAddress), options.Port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = ServerOptions.MaxBody;
    kestrel.Limits.MaxRequestLineSize = 1024 * 1024;
    kestrel.Limits.MaxRequestBufferSize = 2 * 1024 * 1024;
    kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
});

await using var app = builder.Build();
QueryEndpoint endpoint;
try
{
    endpoint = app.Services.GetRequiredService<QueryEndpoint>(); // opens the engine before the first connection is accepted
}
catch (Exception broken) when (broken is InvalidOperationException or DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(broken.Message);
    return 3;
}

app.MapMethods("/", ["GET", "POST"], endpoint.HandleAsync);
foreach (var path in new[] { "/ping", "/replicas_status", "/health/live", "/health/ready" })
    app.MapGet(path, () => Results.Text("Ok.\n"));
// Statements that outlast the first seconds of a shutdown are stopped, so that their requests end and the engine can be closed in order.
var engine = app.Services.GetRequiredService<Engine>();
app.Lifetime.ApplicationStopping.Register(() => _ = Task.Delay(TimeSpan.FromSeconds(2)).ContinueWith(_ => engine.StopAll(), TaskScheduler.Default));
await app.RunAsync();
return 0;
