namespace ThinkWatch.Identity.Sessions;

/// <summary>Ends somebody's sessions after a change that is committed already, and so must not fail with it.</summary>
internal sealed partial class SessionEnder(SessionStore sessions, ILogger<SessionEnder> log)
{
    /// <summary>All, but the one to keep.</summary>
    public async Task EndAllAsync(Guid userId, string? keep = null)
    {
        try
        {
            await sessions.EndAllAsync(userId, keep);
        }
        catch (TimeoutException fault)
        {
            // The row decides at every call: a disabled user's session answers nothing, ended or not.
            LogSessionsRemain(log, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sessions were not ended: {Reason}")]
    private static partial void LogSessionsRemain(ILogger logger, string reason);
}
