using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Bedrock;
using ThinkWatch.AiGateway.Formats.Embeddings;
using ThinkWatch.AiGateway.Formats.Anthropic;
using ThinkWatch.AiGateway.Formats.Gemini;
using ThinkWatch.AiGateway.Formats.OpenAiChat;
using ThinkWatch.AiGateway.Formats.Responses;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>The list of formats. A class is registered under each of the roles that it plays.</summary>
internal static class FormatRegistration
{
    public static void AddFormats(this IServiceCollection services)
    {
        services.AddFormat<ChatWire>();
        services.AddFormat<ChatClientFormat>();
        services.AddFormat<ChatUpstreamFormat>();
        services.AddFormat<AnthropicFormat>();
        services.AddFormat<CountTokensFormat>();
        services.AddFormat<GeminiFormat>();
        services.AddFormat<BedrockFormat>();
        services.AddFormat<ResponsesFormat>();
        services.AddFormat<EmbeddingsWire>();
        services.AddFormat<GeminiEmbeddings>();
        services.AddFormat<BedrockEmbeddings>();
        services.AddSingleton<IConverter, ChatConverter>();
        services.AddSingleton<IConverter, EmbeddingsConverter>();
        services.AddSingleton<FormatRegistry>();
    }

    private static void AddFormat<T>(this IServiceCollection services)
        where T : class
    {
        services.AddSingleton<T>();
        services.AddRole<T, IWireFormat>();
        services.AddRole<T, IClientFormat>();
        services.AddRole<T, IUpstreamFormat>();
        services.AddRole<T, IEmbeddingsUpstream>();
    }

    private static void AddRole<T, TRole>(this IServiceCollection services)
        where T : class
        where TRole : class
    {
        if (typeof(T).IsAssignableTo(typeof(TRole)))
            services.AddSingleton(static provider => (TRole)(object)provider.GetRequiredService<T>());
    }
}
