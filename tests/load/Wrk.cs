using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ThinkWatch.Load;

/// <summary>What one run measured at the client.</summary>
internal sealed record WrkResult(double RequestsPerSecond, long Requests, double P50Ms, double P99Ms, long Failures);

/// <summary>Drives a target with wrk, which costs less CPU than any client of ours.</summary>
internal static partial class Wrk
{
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static p => File.Exists(Path.Combine(p, "wrk")));

    public static async Task<WrkResult> RunAsync(Call call, int connections, int seconds, CancellationToken cancellationToken)
    {
        var script = Path.Combine(Path.GetTempPath(), $"thinkwatch-load-{Environment.ProcessId}.lua");
        await File.WriteAllTextAsync(script, Script(call), cancellationToken);
        try
        {
            // wrk spreads connections over threads evenly and refuses fewer connections than threads.
            var threads = Math.Min(2, connections);
            var start = new ProcessStartInfo("wrk", ["-t", $"{threads}", "-c", $"{connections}", "-d", $"{seconds}s", "--latency", "-s", script, call.Url.ToString()])
            {
                RedirectStandardOutput = true,
            };
            using var wrk = Process.Start(start)!;
            var output = await wrk.StandardOutput.ReadToEndAsync(cancellationToken);
            await wrk.WaitForExitAsync(cancellationToken);
            return Parse(output);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static string Script(Call call)
    {
        var script = new StringBuilder()
            .AppendLine("wrk.method = 'POST'")
            .AppendLine("wrk.headers['Content-Type'] = 'application/json'")
            .AppendLine(CultureInfo.InvariantCulture, $"wrk.body = [==[{call.Body}]==]");
        if (call.Key is not null) script.AppendLine(CultureInfo.InvariantCulture, $"wrk.headers['Authorization'] = 'Bearer {call.Key}'");
        foreach (var (name, value) in call.Headers) script.AppendLine(CultureInfo.InvariantCulture, $"wrk.headers['{name}'] = '{value}'");
        return script.ToString();
    }

    private static WrkResult Parse(string output)
    {
        double Number(Regex pattern) => pattern.Match(output) is { Success: true } m ? double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        double Latency(Regex pattern) => pattern.Match(output) is { Success: true } m
            ? double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) * (m.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 })
            : 0;
        var socketErrors = SocketErrors().Match(output) is { Success: true } s ? s.Groups.Values.Skip(1).Sum(static g => long.Parse(g.Value, CultureInfo.InvariantCulture)) : 0;
        return new WrkResult(Number(Rate()), (long)Number(Total()), Latency(P50()), Latency(P99()), socketErrors + (long)Number(Non2xx()));
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Total();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P50();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Non2xx();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();
}
