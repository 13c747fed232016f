using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool;

/// <summary>
/// Carries frames to audit-ingest. Any number of sends may run at once; the caller sends a frame again, unchanged, until it is answered.
/// </summary>
public interface IAuditTransport
{
    /// <summary>
    /// Completes when the frame's rows are stored, or refused for good (<see cref="FrameAck.Accepted"/> false). Throws when the outcome is
    /// unknown. The frame's bytes are not read after completion.
    /// </summary>
    Task<FrameAck> SendAsync(Frame frame, CancellationToken cancellationToken);
}
