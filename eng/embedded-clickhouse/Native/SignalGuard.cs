using System.Runtime.InteropServices;

namespace ThinkWatch.EmbeddedClickHouse.Native;

/// <summary>
/// Connecting makes chDB replace the process's handlers of fatal signals, which .NET needs (a null dereference is a SIGSEGV that the runtime
/// turns into an exception). The guard puts the handlers back; connections are opened before requests are served wherever possible.
/// </summary>
internal sealed unsafe partial class SignalGuard : IDisposable
{
    // SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGPIPE, SIGTERM, SIGTSTP, SIGSYS on Linux.
    private static readonly int[] Signals = [2, 3, 4, 5, 6, 7, 8, 11, 13, 15, 20, 31];

    // struct sigaction of glibc on x86-64 and arm64 has 152 bytes; it is only copied here.
    private const int ActionSize = 152;

    private readonly byte[] _saved = new byte[Signals.Length * ActionSize];

    public SignalGuard()
    {
        fixed (byte* saved = _saved)
        {
            for (var i = 0; i < Signals.Length; i++)
                _ = SigAction(Signals[i], null, saved + (i * ActionSize));
        }
    }

    public void Dispose()
    {
        fixed (byte* saved = _saved)
        {
            for (var i = 0; i < Signals.Length; i++)
                _ = SigAction(Signals[i], saved + (i * ActionSize), null);
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SigAction(int signal, byte* action, byte* previous);
}
