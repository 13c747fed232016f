using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ThinkWatch.ProviderSimulator.Anthropic;
using ThinkWatch.ProviderSimulator.Azure;
using ThinkWatch.ProviderSimulator.Bedrock;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Embeddings;
using ThinkWatch.ProviderSimulator.Gemini;
using ThinkWatch.ProviderSimulator.Responses;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator;

/// <summary>
/// Imitates the APIs of the model providers so that ThinkWatch can be tried, tested and measured without an account. Every answer says that it is simulated.
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
        builder.Services.AddSingleton(services => new Answering(services.GetRequiredService<CallLog>(), builder.Configuration["SIMULATOR_KEY"]));
        var app = builder.Build();
        var answering = app.Services.GetRequiredService<Answering>();
        var embeddings = new OpenAiEmbeddings(answering);
        MapOpenAi(app, answering, embeddings);
        MapAzure(app, answering, embeddings);
        MapAnthropic(app, answering);
        MapGemini(app, answering);
        MapBedrock(app, answering);
        MapSimulator(app, app.Services.GetRequiredService<CallLog>());
        return app;
    }

    /// <summary>A base URL is given with or without /v1: both work, as with the real thing behind a gateway.</summary>
    private static void MapOpenAi(WebApplication app, Answering answering, OpenAiEmbeddings embeddings)
    {
        var chat = new ChatFormat();
        var responses = new ResponsesFormat(new ResponseStore());
        foreach (var prefix in (string[])["/v1", ""])
        {
            app.MapPost(prefix + "/chat/completions", http => answering.AnswerAsync(http, chat));
            app.MapPost(prefix + "/embeddings", http => answering.AnswerAsync(http, chat, embeddings.AnswerAsync));
            MapResponses(app, answering, responses, prefix + "/responses");
            app.MapGet(prefix + "/models", SimulatedModels.ListAsync);
            app.MapGet(prefix + "/models/{id}", SimulatedModels.OneAsync);
        }
    }

    private static void MapAzure(WebApplication app, Answering answering, OpenAiEmbeddings embeddings)
    {
        var chat = new AzureChatFormat();
        var responses = new AzureResponsesFormat(new ResponseStore());
        foreach (var prefix in (string[])["/openai/deployments/{deployment}", "/openai/v1"])
        {
            app.MapPost(prefix + "/chat/completions", http => answering.AnswerAsync(http, chat));
            app.MapPost(prefix + "/embeddings", http => answering.AnswerAsync(http, chat, embeddings.AnswerAsync));
        }

        foreach (var path in (string[])["/openai/v1/responses", "/openai/responses"])
            MapResponses(app, answering, responses, path);
        app.MapGet("/openai/v1/models", SimulatedModels.ListAsync);
        app.MapGet("/openai/models", SimulatedModels.ListAsync);
    }

    private static void MapResponses(WebApplication app, Answering answering, ResponsesFormat format, string path)
    {
        app.MapPost(path, http => answering.AnswerAsync(http, format));
        app.MapGet(path + "/{id}", format.GetAsync);
        app.MapDelete(path + "/{id}", format.DeleteAsync);
    }

    private static void MapBedrock(WebApplication app, Answering answering)
    {
        var whole = new BedrockFormat(stream: false);
        var stream = new BedrockFormat(stream: true);
        var embeddings = new BedrockEmbeddings(answering);
        app.MapPost("/model/{id}/converse", http => answering.AnswerAsync(http, whole));
        app.MapPost("/model/{id}/converse-stream", http => answering.AnswerAsync(http, stream));
        app.MapPost("/model/{id}/invoke", http => answering.AnswerAsync(http, whole, embeddings.AnswerAsync));
    }

    private static void MapAnthropic(WebApplication app, Answering answering)
    {
        var format = new AnthropicFormat();
        app.MapPost("/v1/messages", http => answering.AnswerAsync(http, format));
        app.MapPost("/v1/messages/count_tokens", http => answering.AnswerAsync(http, format, AnthropicFormat.CountAsync));
    }

    private static void MapGemini(WebApplication app, Answering answering)
    {
        var format = new GeminiFormat();
        var embeddings = new GeminiEmbeddings(answering);
        app.MapPost("/v1beta/models/{**target}", http => GeminiFormat.Target(http).Method switch
        {
            "generateContent" or GeminiFormat.StreamMethod => answering.AnswerAsync(http, format),
            "embedContent" => answering.AnswerAsync(http, format, embeddings.OneAsync),
            "batchEmbedContents" => answering.AnswerAsync(http, format, embeddings.BatchAsync),
            "countTokens" => answering.AnswerAsync(http, format, GeminiFormat.CountAsync),
            var method => JsonBody.WriteErrorAsync(http, format, new Refused(404, $"Method {method} is not found.")),
        });
        app.MapGet("/v1beta/models", http => SimulatedModels.ListGeminiAsync(http, format));
    }

    private static void MapSimulator(WebApplication app, CallLog calls)
    {
        app.MapGet("/simulator/calls", calls.ListAsync);
        app.MapPost("/simulator/reset", calls.ResetAsync);
        app.MapGet("/simulator/scenarios", Commands.ListAsync);
        app.MapGet("/health/live", LiveAsync);
        app.MapGet("/health/ready", LiveAsync);
    }

    private static Task LiveAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync("""{"status":"live","simulated":true}""", http.RequestAborted);
    }
}
