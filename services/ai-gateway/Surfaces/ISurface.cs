using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>What clients may ask for under one route. Every surface goes through the same pipeline; it only says what it needs of it.</summary>
internal interface ISurface
{
    /// <summary>As rows and metrics name it: <c>chat_completions</c>, <c>models</c> …</summary>
    string Name { get; }

    string Method { get; }

    string Route { get; }

    /// <summary>How errors look here.</summary>
    IErrorShape Errors { get; }
}

/// <summary>A surface whose requests are calls to a model.</summary>
internal interface ICallSurface : ISurface
{
    /// <summary>What its requests and answers look like.</summary>
    WireFormat Format { get; }

    /// <summary>Finds in the raw bytes what the pipeline needs; a refusal when they are not a valid request.</summary>
    Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts);
}

/// <summary>A call that the gateway can answer in a way itself where no provider does.</summary>
internal interface IEstimatingSurface : ICallSurface
{
    ValueTask<Refusal?> EstimateAsync(Exchange exchange);
}

/// <summary>A surface that the gateway answers itself.</summary>
internal interface IOwnSurface : ISurface
{
    ValueTask<Refusal?> AnswerAsync(Exchange exchange);
}
