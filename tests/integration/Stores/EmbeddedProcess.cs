using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>
/// A process of this test run: its output is kept, and it ends with the run. A shell waits on our end of a pipe and ends the process when that closes, so that even
/// a killed test run leaves nothing behind.
/// </summary>
internal sealed class EmbeddedProcess : IAsyncDisposable
{
    private const string Guard = """
        "$@" </dev/null &
        child=$!
        { cat >/dev/null; kill "-$STOP_SIGNAL" "$child"; sleep 10; kill -KILL "$child"; } 2>/dev/null <&3 &
        guard=$!
        wait "$child"
        code=$?
        pkill -P "$guard" 2>/dev/null
        kill "$guard" 2>/dev/null
        exit $code
        """;

    private readonly Process _shell;
    private readonly List<string> _output = [];

    private EmbeddedProcess(Process shell) => _shell = shell;

    public int ExitCode => _shell.ExitCode;

    public bool HasExited => _shell.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    public static EmbeddedProcess Start(string file, IEnumerable<string> arguments, string directory, IReadOnlyDictionary<string, string>? environment = null, string stopSignal = "TERM")
    {
        // The pipe is the shell's descriptor 3: a background job's standard input would be /dev/null.
        var start = new ProcessStartInfo("/bin/bash", ["-c", "exec 3<&0\n" + Guard, "guard", file, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        start.Environment["STOP_SIGNAL"] = stopSignal;
        var process = new EmbeddedProcess(Process.Start(start)!);
        process._shell.OutputDataReceived += process.Keep;
        process._shell.ErrorDataReceived += process.Keep;
        process._shell.BeginOutputReadLine();
        process._shell.BeginErrorReadLine();
        return process;
    }

    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, string directory)
    {
        await using var process = Start(file, arguments, directory);
        await process.WaitForExitAsync(TimeSpan.FromMinutes(10));
        return process.ExitCode == 0 ? process.Output : throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {process.Output}");
    }

    public Task WaitForExitAsync(TimeSpan patience) => _shell.WaitForExitAsync().WaitAsync(patience);

    /// <summary>Asks every 50 ms until the answer is true. The process ending first is an error that shows what it said.</summary>
    public async Task WaitUntilAsync(Func<Task<bool>> ready, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await ready())
        {
            if (_shell.HasExited || Stopwatch.GetElapsedTime(started) > patience)
                throw new InvalidOperationException($"{_shell.StartInfo.ArgumentList[3]} did not get ready:\n{Output}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_shell.HasExited)
        {
            _shell.StandardInput.Close();
            await WaitForExitAsync(TimeSpan.FromSeconds(30));
        }

        _shell.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_output)
            _output.Add(line.Data);
    }
}
