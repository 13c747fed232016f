using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ThinkWatch.AppHost;

/// <summary>What runs, for other programs to read: written whole at every change, in one step.</summary>
internal sealed record RunFile(int AppHost, bool Ready, string? Gateway, string? Console, IReadOnlyCollection<RunFile.Entry> Resources)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <param name="StartedAt">The kernel's start time of the process: with it, a pid that was given to somebody else is known for what it is.</param>
    internal sealed record Entry(string Name, string State, bool Healthy, int? Pid, long? StartedAt, Dictionary<string, int>? Ports);

    public static Entry EntryOf(ResourceEvent change)
    {
        var snapshot = change.Snapshot;
        var pid = snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value as int?;
        var ports = snapshot.Urls.Where(u => u.Name is not null).ToDictionary(u => u.Name!, u => new Uri(u.Url).Port);
        return new(
            change.Resource.Name, snapshot.State?.Text ?? "", snapshot.HealthStatus == HealthStatus.Healthy,
            pid, pid is { } id ? StartTime(id) : null, ports.Count == 0 ? null : ports);
    }

    public void Write(string path)
    {
        var temporary = $"{path}.new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this, Json));
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Which processes that the file names still live.</summary>
    public static List<string> ProcessesOf(string path)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            var run = JsonSerializer.Deserialize<RunFile>(File.ReadAllText(path), Json);
            return [.. run?.Resources.Where(r => r is { Pid: { } pid, StartedAt: { } at } && StartTime(pid) == at).Select(r => $"{r.Name} ({r.Pid})") ?? []];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Field 22 of /proc/pid/stat, counted after the command name, which may hold anything. Null if it does not live.</summary>
    private static long? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19]);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
