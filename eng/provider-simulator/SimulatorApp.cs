using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ThinkWatch.ProviderSimulator;

/// <summary>
/// Imitates OpenAI's chat API so that ThinkWatch can be tried, tested and measured without an account. Every answer says that it is simulated.
/// Environment: <c>HTTP_PORT</c> (0 = any free one), <c>BIND_ADDRESS</c> (127.0.0.1), <c>SIMULATOR_KEY</c> (when set, the only key accepted).
/// </summary>
internal static class SimulatorApp
{
    private const long MaxBodyBytes = 256L * 1024 * 1024;

    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var address = IPAddress.Parse(builder.Configuration["BIND_ADDRESS"] ?? "127.0.0.1");
        var port = builder.Configuration.GetValue("HTTP_PORT", 0);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton<CallLog>();
        builder.Services.AddSingleton(services => new ChatCompletions(services.GetRequiredService<CallLog>(), builder.Configuration["SIMULATOR_KEY"]));
        var app = builder.Build();
        var chat = app.Services.GetRequiredService<ChatCompletions>();
        var calls = app.Services.GetRequiredService<CallLog>();

        // A base URL is given with or without /v1: both work, as with the real thing behind a gateway.
        foreach (var prefix in (string[])["/v1", ""])
        {
            app.MapPost(prefix + "/chat/completions", chat.AnswerAsync);
            app.MapGet(prefix + "/models", SimulatedModels.ListAsync);
        }

        app.MapGet("/simulator/calls", calls.ListAsync);
        app.MapPost("/simulator/reset", calls.ResetAsync);
        app.MapGet("/health/live", LiveAsync);
        app.MapGet("/health/ready", LiveAsync);
        return app;
    }

    private static Task LiveAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"status":"live","simulated":true}""", http.RequestAborted);
    }
}
