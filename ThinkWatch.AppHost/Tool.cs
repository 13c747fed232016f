using System.ComponentModel;
using System.Diagnostics;

namespace ThinkWatch.AppHost;

/// <summary>Runs a program to its end, within a deadline.</summary>
internal static class Tool
{
    public sealed record Result(int ExitCode, string Output)
    {
        /// <summary>The last lines, which is where tools say what went wrong.</summary>
        public string Tail => string.Join('\n', Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(8));
    }

    /// <exception cref="AppHostException">There is no such program.</exception>
    public static async Task<Result> RunAsync(
        string command, IEnumerable<string> arguments, string workingDirectory, TimeSpan deadline, CancellationToken cancellationToken, string? input = null)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(deadline);
        using var process = Start(command, arguments, workingDirectory);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), ending.Token);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(ending.Token);
            var errors = process.StandardError.ReadToEndAsync(ending.Token);
            await process.WaitForExitAsync(ending.Token);
            return new Result(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Result(-1, $"{command} did not end within {deadline.TotalMinutes:0.#} minutes.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string command, IEnumerable<string> arguments, string workingDirectory)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command, arguments)
            {
                WorkingDirectory = workingDirectory,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            throw new AppHostException($"'{command}' is not installed, or not on the PATH.");
        }
    }
}
