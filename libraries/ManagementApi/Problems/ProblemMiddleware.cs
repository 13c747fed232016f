using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// The outermost layer of /api: request id, security headers, and one shape for whatever goes wrong inside. Nothing of an exception
/// reaches the client but what an <see cref="ApiProblem"/> says.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    // Enough for the largest form of the console; endpoints that take files raise it with their own metadata.
    private const long MaxBodyBytes = 4 * 1024 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        http.TraceIdentifier = Guid.CreateVersion7().ToString();
        SecurityHeaders.Apply(http);
        LimitBody(http);
        var problem = await RunAsync(http);
        if (problem is null || http.Response.HasStarted)
            return;
        http.Response.Clear();
        SecurityHeaders.Apply(http);
        await problem.ExecuteAsync(http);
    }

    private async Task<ApiProblem?> RunAsync(HttpContext http)
    {
        try
        {
            await next(http);
            return http.Response.HasStarted || http.GetEndpoint() is { RequestDelegate: not null } and RouteEndpoint
                ? null
                : Unrouted(http);
        }
        catch (ApiProblemException refusal)
        {
            if (refusal.InnerException is { } cause)
                LogUnavailable(log, cause, refusal.Problem.Detail);
            return refusal.Problem;
        }
        catch (BadHttpRequestException bad)
        {
            return await BodyErrors.ExplainAsync(http, bad);
        }
        catch (Exception fault) when (fault is NpgsqlException { IsTransient: true } or TimeoutException
            or PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidCatalogName })
        {
            LogUnavailable(log, fault, "the store");
            return ApiProblem.Unavailable("A store does not answer at the moment.");
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception fault)
        {
            // The edge of a request: log it whole, tell the client only where to look.
            Activity.Current?.SetStatus(ActivityStatusCode.Error);
            LogFailed(log, fault, http.Request.Method, http.RequestId());
            return new ApiProblem(StatusCodes.Status500InternalServerError, "internal", "Something went wrong on our side", "The log knows it by this request_id.");
        }
    }

    // The routes that gRPC maps for unknown services take any path of two segments: a 405 counts only when one of ours has this path.
    private static ApiProblem Unrouted(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status415UnsupportedMediaType when IsKnownPath(http) => BodyErrors.NotJson(),
        StatusCodes.Status405MethodNotAllowed when IsKnownPath(http) =>
            new ApiProblem(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "Method not allowed", $"{http.Request.Method} is not possible here."),
        _ => ApiProblem.NotFound("resource"),
    };

    private static bool IsKnownPath(HttpContext http) =>
        http.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<CallerRequirement>() is not null)
            .Any(e => new TemplateMatcher(TemplateParser.Parse(e.RoutePattern.RawText!), []).TryMatch(http.Request.Path, []));

    private static void LimitBody(HttpContext http)
    {
        var limit = http.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>();
        if (limit is null && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = MaxBodyBytes;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed, request {RequestId}")]
    private static partial void LogFailed(ILogger logger, Exception fault, string method, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered 503: {What}")]
    private static partial void LogUnavailable(ILogger logger, Exception fault, string? what);
}
