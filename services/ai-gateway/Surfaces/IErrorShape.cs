using System.Buffers;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>A surface's errors, as its clients expect them.</summary>
internal interface IErrorShape
{
    /// <summary>The body of an error answer, JSON.</summary>
    void Write(IBufferWriter<byte> output, Refusal refusal);

    /// <summary>The event that ends a stream in which something broke.</summary>
    void WriteEvent(IBufferWriter<byte> output, Refusal refusal);

    /// <summary>The same, for shapes that name the request.</summary>
    void Write(IBufferWriter<byte> output, Refusal refusal, string? requestId) => Write(output, refusal);

    /// <summary>The same, for shapes that name the request.</summary>
    void WriteEvent(IBufferWriter<byte> output, Refusal refusal, string? requestId) => WriteEvent(output, refusal);
}
