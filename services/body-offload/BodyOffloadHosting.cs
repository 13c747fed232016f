using ThinkWatch.BodyOffload.Serving;
using ThinkWatch.BodyOffload.Stores;

namespace ThinkWatch.BodyOffload;

internal static class BodyOffloadHosting
{
    /// <summary>
    /// Bodies go to S3 when S3_BUCKET is set, else to BODIES_DIRECTORY or a folder of the service's own. What lies in the directory stays
    /// readable after S3 was configured.
    /// </summary>
    public static void AddBodyOffload(this WebApplicationBuilder builder, string dataDirectory)
    {
        builder.AddVault();
        var folder = builder.Configuration["BODIES_DIRECTORY"] is { Length: > 0 } configured ? configured : Path.Combine(dataDirectory, "objects");
        var directory = new DirectoryStore(folder);
        var s3 = S3Settings.Read(builder.Configuration) is { } settings ? new S3Store(settings) : null;
        builder.Services.AddSingleton(new BodyStores((IBodyStore?)s3 ?? directory, directory));
        builder.Services.AddHostedService<ExpirySweeper>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("bodies", tags: ["ready"], timeout: TimeSpan.FromSeconds(4));
    }

    public static void MapBodyOffload(this WebApplication app) => app.MapGrpcService<BodiesService>();
}
