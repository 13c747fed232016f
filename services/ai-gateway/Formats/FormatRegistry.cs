using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>Everything that is known about formats, by format. Immutable.</summary>
internal sealed class FormatRegistry
{
    private static readonly int s_count = Enum.GetValues<WireFormat>().Length;

    private readonly IWireFormat?[] _wires = new IWireFormat?[s_count];
    private readonly IConverter?[,] _converters = new IConverter?[s_count, s_count];

    public FormatRegistry(IEnumerable<IWireFormat> wires, IEnumerable<IConverter> converters)
    {
        foreach (var wire in wires)
            _wires[(int)wire.Format] = wire;
        foreach (var converter in converters)
        {
            foreach (var (client, upstream) in converter.Pairs)
                _converters[(int)client, (int)upstream] = converter;
        }
    }

    public IWireFormat Wire(WireFormat format) =>
        _wires[(int)format] ?? throw new InvalidOperationException($"Nothing is registered for the format {format}.");

    public IClientWireFormat Client(WireFormat format) => (IClientWireFormat)Wire(format);

    public IConverter? Converter(WireFormat client, WireFormat upstream) => _converters[(int)client, (int)upstream];

    /// <summary>The format in which such a provider takes a client's request; null when it cannot be served there.</summary>
    public WireFormat? TargetFor(WireFormat client, Upstream upstream) =>
        upstream.Reach.FormatFor(client, upstream) is { } target && (target == client || Converter(client, target) is not null) ? target : null;
}
