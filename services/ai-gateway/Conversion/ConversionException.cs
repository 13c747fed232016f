namespace ThinkWatch.AiGateway.Conversion;

/// <summary>A request that cannot be converted: it is malformed, or leaving a part of it out would change its meaning. Answered with 400.</summary>
/// <param name="message">For the client's developer.</param>
/// <param name="param">The parameter at fault, as the client names it.</param>
internal sealed class ConversionException(string message, string? param = null) : Exception(message)
{
    public string? Param { get; } = param;
}
