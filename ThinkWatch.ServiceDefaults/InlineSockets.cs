namespace ThinkWatch.ServiceDefaults;

/// <summary>
/// Has what a socket received worked on by the thread that waits for the sockets, instead of being handed to the pool: waking threads is most of what a lone
/// caller waits for. Only for services in which nothing blocks a thread; long work leaves the thread first (<see cref="LeaveAsync"/>), for the other
/// connections wait meanwhile. An operator switches it off with <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=0</c>.
/// </summary>
public static class InlineSockets
{
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>About a tenth of a millisecond of reading and guarding.</summary>
    private const int LongFrom = 16 * 1024;

    /// <summary>Call before the first socket is opened: the runtime reads the switch once.</summary>
    public static void Enable()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Switch)))
            Environment.SetEnvironmentVariable(Switch, "1");
    }

    /// <summary>Await before working on that many bytes: much is worked on by the pool.</summary>
    public static LeavingSockets LeaveAsync(long bytes) => new(bytes >= LongFrom && !Thread.CurrentThread.IsThreadPoolThread);
}
