using System.Diagnostics;

namespace ThinkWatch.AppHost;

/// <summary>The data directory, held by one AppHost at a time and free of what an earlier one left running.</summary>
internal sealed class DataDirectory : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FileStream _lock;
    private readonly Paths _paths;

    private DataDirectory(FileStream @lock, Paths paths)
    {
        _lock = @lock;
        _paths = paths;
    }

    /// <exception cref="AppHostException">Another AppHost uses it, or it is not ThinkWatch's to reset.</exception>
    public static async Task<DataDirectory> OpenAsync(Paths paths, bool reset)
    {
        if (reset && Directory.Exists(paths.Data) && Directory.EnumerateFileSystemEntries(paths.Data).Any() && !File.Exists(paths.LockFile))
            throw new AppHostException($"{paths.Data} does not look like a data directory of ThinkWatch; --reset leaves it alone.");
        Paths.Ensure(paths.Data);
        FileStream held;
        try
        {
            held = new FileStream(paths.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new AppHostException($"ThinkWatch already runs on {paths.Data}. Stop it first, or choose another directory with -- --data-dir <path>.");
        }

        var directory = new DataDirectory(held, paths);
        await directory.WaitForPreviousRunAsync();
        if (reset)
            directory.Clear();
        return directory;
    }

    public void Dispose()
    {
        File.Delete(_paths.RunFile);
        _lock.Dispose();
    }

    /// <summary>The processes of an AppHost that was killed end by themselves; two servers must never share one store's files.</summary>
    private async Task WaitForPreviousRunAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        var told = false;
        while (RunFile.ProcessesOf(_paths.RunFile) is { Count: > 0 } left)
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                throw new AppHostException($"processes of an earlier run have not ended: {string.Join(", ", left)}. End them first.");
            if (!told)
                Console.WriteLine("waiting for the processes of the previous run to end …");
            told = true;
            await Task.Delay(100);
        }
    }

    private void Clear()
    {
        foreach (var entry in new DirectoryInfo(_paths.Data).EnumerateFileSystemInfos())
        {
            if (entry.FullName == _paths.LockFile)
                continue;
            if (entry is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}
