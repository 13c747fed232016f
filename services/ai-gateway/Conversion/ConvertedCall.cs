using System.Collections.Frozen;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>
/// One call's way through two formats: the request in no one's words, and what the way back must know. Made for one attempt's candidate, used by one
/// call at a time; owns the client's parsed JSON until it is disposed.
/// </summary>
internal sealed class ConvertedCall(JsonDocument source, string model, string upstreamModel, string requestId, DateTimeOffset createdAt) : IDisposable
{
    /// <summary>The client's request. Elements of it may be kept in <see cref="Request"/>.</summary>
    public JsonElement Source => source.RootElement;

    /// <summary>The model as the client named it.</summary>
    public string Model { get; } = model;

    public string UpstreamModel { get; } = upstreamModel;

    /// <summary>The row's id: for formats whose answers need an id that the provider does not give.</summary>
    public string RequestId { get; } = requestId;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>The provider's type; empty where nobody said.</summary>
    public string ProviderType { get; init; } = "";

    /// <summary>What an administrator said that the provider can or cannot do, by flag.</summary>
    public IReadOnlyDictionary<string, bool> Capabilities { get; init; } = FrozenDictionary<string, bool>.Empty;

    /// <summary>The most output tokens that the model gives, where the catalog knows.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>The client's headers, while its request is read; null where there are none.</summary>
    public IHeaderDictionary? ClientHeaders { get; init; }

    /// <summary>Whether the provider takes a beta of Anthropic's, by its name; null where it takes none.</summary>
    public Func<string, bool>? TakesBeta { get; init; }

    /// <summary>What was thought before tool calls that come without it, by the id of a turn's first call.</summary>
    public IReadOnlyDictionary<string, JsonElement> Thoughts { get; init; } = FrozenDictionary<string, JsonElement>.Empty;

    /// <summary>Takes each turn of the answer for its thoughts; null where clients send them back themselves.</summary>
    public Action<IReadOnlyList<Part>>? Keep { get; init; }

    /// <summary>Anthropic's betas that the client asks for and the provider takes.</summary>
    public List<string> Betas { get; } = [];

    public ChatRequest Request { get; set; } = new();

    public ConversionNotes Notes { get; } = new();

    public ToolNames ToolNames { get; } = new();

    /// <summary>A tool that the writer made up to force an answer's shape: its call is the answer's text and not for the client.</summary>
    public string? UnwrappedTool { get; set; }

    public bool Can(string capability, bool otherwise) => Capabilities.TryGetValue(capability, out var can) ? can : otherwise;

    public void Dispose() => source.Dispose();
}
