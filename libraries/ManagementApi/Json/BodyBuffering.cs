using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

internal static class BodyBuffering
{
    private const int InMemoryBytes = 256 * 1024;

    /// <summary>Lets <see cref="BodyErrors"/> read the body a second time. Only JSON is buffered; uploads stream.</summary>
    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.HasJsonContentType())
            http.Request.EnableBuffering(InMemoryBytes);
        return next(http);
    }
}
