using System.Globalization;
using System.Runtime.InteropServices;

namespace ThinkWatch.Load;

/// <summary>CPU time and memory of a process and of what it started, from /proc (proc(5)).</summary>
internal static partial class ProcessMeter
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed by the kernel's interface

    private const int ProcessClock = 2; // CPUCLOCK_SCHED of a whole process

    /// <summary>User and system seconds of the processes with all their descendants that live.</summary>
    public static double CpuSeconds(IEnumerable<int> processes) => WithDescendants(processes).Sum(static p => Cpu(p));

    /// <summary>The same of the processes themselves, to the nanosecond (clock_getcpuclockid(3)).</summary>
    public static double ExactCpuSeconds(IReadOnlyList<int> processes) => processes.Sum(static p =>
        NativeMethods.ClockGetTime((~p << 3) | ProcessClock, out var time) == 0 ? time.Seconds + (time.Nanoseconds / 1e9) : throw new InvalidOperationException($"Process {p} has no clock."));

    /// <summary>Resident mebibytes of the processes with all their descendants.</summary>
    public static double ResidentMb(IEnumerable<int> processes) => WithDescendants(processes).Sum(static p => Resident(p));

    private static HashSet<int> WithDescendants(IEnumerable<int> processes)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(static d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0)
            .Where(static id => id > 0)
            .Select(static id => (Id: id, Stat: Stat(id)))
            .Where(static p => p.Stat is not null)
            .ToLookup(static p => int.Parse(p.Stat![1], CultureInfo.InvariantCulture), static p => p.Id);
        var found = new HashSet<int>();
        var open = new Stack<int>(processes);
        while (open.TryPop(out var id))
        {
            if (!found.Add(id)) continue;
            foreach (var child in parents[id]) open.Push(child);
        }

        return found;
    }

    private static double Cpu(int process) =>
        Stat(process) is { } fields ? (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond : 0;

    private static double Resident(int process) =>
        Stat(process) is { } fields ? long.Parse(fields[21], CultureInfo.InvariantCulture) * (double)Environment.SystemPageSize / 1048576 : 0;

    /// <summary>The fields behind the command name, which may hold blanks: state is the first, the parent the second.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }

    private static partial class NativeMethods
    {
        [LibraryImport("libc", EntryPoint = "clock_gettime")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int ClockGetTime(int clock, out TimeSpec time);
    }
}
