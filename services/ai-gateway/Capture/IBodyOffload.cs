using ThinkWatch.Contracts.Bodies;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>Keeps a body that is too large for its row.</summary>
internal interface IBodyOffload
{
    /// <summary>Null: it could not be kept, after several tries.</summary>
    Task<PutReply?> PutAsync(BodyKey key, string contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
