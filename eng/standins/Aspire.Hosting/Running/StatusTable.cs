using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aspire.Hosting.Running;

/// <summary>The resources and how they are. Written by the watcher, read by the writer of the console.</summary>
internal sealed class StatusTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _rows = [];

    /// <summary>Takes a change in, and says it in words if it is worth a line.</summary>
    public string? Update(ResourceEvent change)
    {
        ResourceEvent? before;
        lock (_gate)
        {
            _rows.TryGetValue(change.ResourceId, out before);
            _rows[change.ResourceId] = change;
        }

        var now = change.Snapshot;
        if (before?.Snapshot.HealthStatus != now.HealthStatus && now.HealthStatus is { } status)
            return status == HealthStatus.Healthy ? $"healthy{Addresses(now)}" : "not healthy";
        return before?.Snapshot.State?.Text == now.State?.Text ? null : now.State?.Text switch
        {
            "Running" => $"started, pid {Pid(now)}",
            "Waiting" => "waits for what it depends on",
            "Stopping" => "stops",
            "Finished" => "ended",
            "Exited" => $"ended with code {now.ExitCode}",
            _ => null,
        };
    }

    public IRenderable Render()
    {
        var table = new Table { Border = TableBorder.Rounded, Expand = false };
        table.AddColumns("resource", "state", "address", "pid");
        lock (_gate)
        {
            foreach (var (id, row) in _rows)
                table.AddRow(Markup.Escape(id), State(row.Snapshot), Markup.Escape(Addresses(row.Snapshot).Trim()), Pid(row.Snapshot));
        }

        return table;
    }

    private static string State(CustomResourceSnapshot snapshot) => (snapshot.State?.Text, snapshot.HealthStatus) switch
    {
        ("Running", HealthStatus.Healthy) => "[green]healthy[/]",
        ("Running", null) => "[yellow]starting[/]",
        ("Running", _) => "[red]not healthy[/]",
        ("Finished", _) => "[grey]ended[/]",
        ("Exited", _) => $"[red]ended with {snapshot.ExitCode}[/]",
        ("NotStarted", _) => "[grey]not running[/]",
        ("FailedToStart", _) => "[red]failed to start[/]",
        var (state, _) => $"[yellow]{Markup.Escape(state ?? "").ToLowerInvariant()}[/]",
    };

    private static string Addresses(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.Running ? string.Concat(snapshot.Urls.Select(u => $" {u.Url}")) : "";

    private static string Pid(CustomResourceSnapshot snapshot) =>
        snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value?.ToString() ?? "";
}
