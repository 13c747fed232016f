using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary>The Responses surface and what it keeps.</summary>
internal static class ResponsesRegistration
{
    public static void AddResponses(this IServiceCollection services)
    {
        services.AddSingleton<ResponseStore>();
        services.AddSingleton<RecallStage>();
        services.AddSingleton<KeepStage>();
        services.AddHostedService(static provider => provider.GetRequiredService<KeepStage>());
        services.AddSingleton<ISurface, ResponsesSurface>();
        services.AddSingleton<ISurface>(static provider => Stored(provider, delete: false));
        services.AddSingleton<ISurface>(static provider => Stored(provider, delete: true));
    }

    private static StoredResponseSurface Stored(IServiceProvider services, bool delete) =>
        new(services.GetRequiredService<ResponseStore>(), services.GetRequiredService<TimeProvider>(), delete);
}
