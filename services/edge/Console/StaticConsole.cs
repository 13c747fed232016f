using Microsoft.Extensions.FileProviders;

namespace ThinkWatch.Edge.Console;

/// <summary>
/// Serves the built console from CONSOLE_ROOT. Files under <c>/assets/</c> carry a hash in their name and are kept for a year; every path
/// that is not a file is the single page, which is never cached.
/// </summary>
internal sealed class StaticConsole(IConfiguration configuration)
{
    private const string Page = "/index.html";
    private readonly string? _root = configuration["CONSOLE_ROOT"];

    public void Use(IApplicationBuilder app)
    {
        if (_root is null || !Directory.Exists(_root))
        {
            app.Run(static http => MissingAsync(http));
            return;
        }

        var files = new PhysicalFileProvider(Path.GetFullPath(_root));
        app.Use((http, next) =>
        {
            var path = http.Request.Path.Value ?? "/";
            if (HttpMethods.IsGet(http.Request.Method) && !path.StartsWith("/health/", StringComparison.Ordinal) && !Path.HasExtension(path)) http.Request.Path = Page;
            return next(http);
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = static file =>
            {
                SecurityHeaders.Apply(file.Context);
                var hashed = file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal);
                file.Context.Response.Headers.CacheControl = hashed ? "public, max-age=31536000, immutable" : "no-cache";
            },
        });
    }

    private static Task MissingAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        SecurityHeaders.Apply(http);
        return http.Response.WriteAsync("The console is not built. Run: npm ci && npm run build, in web/.", http.RequestAborted);
    }
}
