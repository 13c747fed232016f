using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Running;

/// <summary>
/// A process in a session and process group of its own, with a small shell as its watcher, which holds the read end of a pipe from this
/// process. However this process ends, the pipe ends with it, and the watcher ends the group: politely, then by force. Orderly
/// stops signal the group directly. The watcher stands beside the program and not before it: a shell passes no environment variable on
/// whose name it could not have made, such as <c>services__ai-gateway__http__0</c>.
/// </summary>
internal sealed partial class SupervisedProcess : IDisposable
{
    public const int Sigint = 2;
    public const int Sigkill = 9;
    public const int Sigterm = 15;

    private const int MaxLineLength = 16 * 1024;

    // No group's number: this process ended between starting the program and saying so. The program is then found by its mark.
    // SIGINT after 3 s is for programs that take SIGTERM as "when the last client has gone", such as PostgreSQL.
    private const string WatcherScript = """
        exec >/dev/null 2>&1
        trap '' TERM INT HUP QUIT
        if ! read -r group; then
          sleep 1
          for found in $(grep -lzsx "$1" /proc/[0-9]*/environ | cut -d/ -f3); do kill -s KILL "$found"; done
          exit 0
        fi
        while read -r _; do :; done
        kill -s TERM -- -"$group"
        n=0
        while [ $n -lt 50 ] && kill -s 0 -- -"$group"; do
          [ $n -eq 15 ] && kill -s INT -- -"$group"
          sleep 0.2
          n=$((n + 1))
        done
        kill -s KILL -- -"$group"
        """;

    private const string MarkName = "SUPERVISED_BY_APPHOST";

    private readonly Process _watcher;
    private readonly Process _process;

    private SupervisedProcess(Process process, Process watcher, Task<int> exited)
    {
        _process = process;
        _watcher = watcher;
        Exited = exited;
        Id = process.Id;
    }

    public int Id { get; }

    /// <summary>The exit code, once the program has ended and its output is read. 128 and more: ended by a signal.</summary>
    public Task<int> Exited { get; }

    public static SupervisedProcess Start(LaunchPlan plan, Action<string> onLine)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = plan.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in (IEnumerable<string>)[plan.Command, .. plan.Arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in plan.Environment)
            start.Environment[name] = value;

        // The watcher first, so that no moment is left in which the program has none.
        var mark = Guid.NewGuid().ToString("N");
        start.Environment[MarkName] = mark;
        var watcher = StartWatcher($"{MarkName}={mark}");
        var process = Process.Start(start) ?? throw new DistributedApplicationException($"{plan.Command} could not be started.");
        watcher.StandardInput.WriteLine(process.Id);
        watcher.StandardInput.Flush();
        process.StandardInput.Close();
        return new SupervisedProcess(process, watcher, WatchAsync(process, onLine));
    }

    /// <summary>Signals the whole group. False if there is none any more.</summary>
    public bool Signal(int signal) => Kill(-Id, signal) == 0;

    /// <summary>Ends the group by force; in its first moment the program has none yet, and is ended alone.</summary>
    public void Kill()
    {
        if (Signal(Sigkill))
            return;
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended meanwhile, and was let go.
        }
    }

    /// <summary>Ends what the program left behind in its group, and waits until it is gone.</summary>
    public async Task CleanUpAsync()
    {
        try
        {
            _watcher.StandardInput.Close();
        }
        catch (IOException)
        {
            // The watcher has gone already, by its own means.
        }

        for (var attempt = 0; attempt < 200 && Signal(0) && HasLivingMember(); attempt++)
        {
            if (attempt == 100)
                Signal(Sigkill);
            await Task.Delay(10);
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _watcher.Dispose();
    }

    private static Process StartWatcher(string mark)
    {
        // A session of its own: a signal to this process's group must not end the watcher before its work is done.
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", WatcherScript, "sh", mark]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start) ?? throw new DistributedApplicationException("/bin/sh could not be started.");
    }

    /// <summary>The dead of the group may stay in the process table until somebody collects them, which is not our business.</summary>
    private bool HasLivingMember()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (!char.IsAsciiDigit(directory[^1]))
                    continue;
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 4); // state, parent, group
                if (fields[0] is not ("Z" or "X") && int.Parse(fields[2]) == Id)
                    return true;
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }

        return false;
    }

    private static async Task<int> WatchAsync(Process process, Action<string> onLine)
    {
        var output = Task.WhenAll(PumpAsync(process.StandardOutput, onLine), PumpAsync(process.StandardError, onLine));
        await process.WaitForExitAsync(CancellationToken.None);

        // A grandchild may hold the pipes open for as long as it likes: its output is not waited for.
        await Task.WhenAny(output, Task.Delay(TimeSpan.FromMilliseconds(500)));
        return process.ExitCode;
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> onLine)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer)) > 0)
            {
                foreach (var c in buffer.AsSpan(0, read))
                {
                    if (c == '\n')
                        Flush();
                    else if (c != '\r' && line.Length < MaxLineLength)
                        line.Append(c);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process was disposed while a grandchild held the pipe.
        }

        if (line.Length > 0)
            Flush();

        void Flush()
        {
            onLine(Plain(line.ToString()));
            line.Clear();
        }
    }

    /// <summary>Colours and cursor movements are for a terminal of its own, which the program does not have.</summary>
    private static string Plain(string line) =>
        line.AsSpan().ContainsAnyInRange('\0', '\u001f')
            ? string.Concat(EscapeSequence().Replace(line, "").Where(c => c == '\t' || !char.IsControl(c)))
            : line;

    [GeneratedRegex("\u001b\\[[0-9;?]*[ -/]*[@-~]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapeSequence();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
