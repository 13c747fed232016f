using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ThinkWatch.Postgres;

namespace ThinkWatch.Changes;

public static class ChangeFeedRegistration
{
    /// <summary>Adds <see cref="ChangeFeed"/> over the service's own schema. Needs <c>AddPostgres</c>.</summary>
    public static IHostApplicationBuilder AddChangeFeed(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMigrations(typeof(ChangeFeed).Assembly);
        builder.Services.AddSingleton<ChangeFeed>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ChangeFeed>());
        return builder;
    }
}
