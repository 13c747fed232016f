namespace ThinkWatch.EmbeddedClickHouse;

/// <summary>
/// chDB marks a dropped table and never runs the job that deletes its files. Before the engine opens the directory nothing uses them, so they go then.
/// </summary>
internal static class DroppedTables
{
    /// <returns>How many tables were removed.</returns>
    public static int Purge(string dataDirectory)
    {
        var marks = new DirectoryInfo(Path.Combine(dataDirectory, "metadata_dropped"));
        if (!marks.Exists)
            return 0;
        var removed = 0;
        foreach (var mark in marks.EnumerateFiles("*.sql"))
        {
            // database.table.uuid.sql, whose rows are in store/uui/uuid
            var name = Path.GetFileNameWithoutExtension(mark.Name);
            if (!Guid.TryParseExact(name[(name.LastIndexOf('.') + 1)..], "D", out var id))
                continue;
            var folder = id.ToString("D");
            var rows = Path.Combine(dataDirectory, "store", folder[..3], folder);
            if (Directory.Exists(rows))
                Directory.Delete(rows, recursive: true);
            mark.Delete();
            removed++;
        }

        return removed;
    }
}
