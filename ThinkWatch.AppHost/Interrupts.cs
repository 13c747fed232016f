using System.Runtime.InteropServices;

namespace ThinkWatch.AppHost;

/// <summary>
/// A shell without job control starts background programs with SIGINT ignored, and .NET leaves it so. The fleet must end by it
/// whoever started it.
/// </summary>
internal static class Interrupts
{
    private const int Sigint = 2;

    /// <summary>To be called before anything touches the console: the runtime looks at the disposition once.</summary>
    public static void Accept() => _ = Signal(Sigint, handler: 0);

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Signal(int signal, nint handler);
}
