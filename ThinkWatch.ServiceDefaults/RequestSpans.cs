using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace ThinkWatch.ServiceDefaults;

/// <summary>
/// Names the incoming span after its route and gives it the HTTP attributes (OpenTelemetry semantic conventions for HTTP).
/// The path itself is never recorded: a key in an odd place would end up in a trace.
/// </summary>
internal sealed class RequestSpans(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) =>
        http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } ? TracedAsync(http) : next(http);

    private async Task TracedAsync(HttpContext http)
    {
        await next(http);
        var activity = http.Features.Get<IHttpActivityFeature>()!.Activity;
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unmatched";
        activity.DisplayName = $"{http.Request.Method} {route}";
        activity.SetTag("http.request.method", http.Request.Method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= 500) activity.SetStatus(System.Diagnostics.ActivityStatusCode.Error);
    }
}
