namespace ThinkWatch.BodyOffload.Stores;

/// <summary>
/// Files that are kept until a moment, which is their time of last change: no index to keep in step, nothing to open. Only marked ones are touched: a mark
/// ends in a fraction of a second that a clock does not leave there. One sweeper at a time; many writers.
/// </summary>
internal sealed class ExpiringFiles(string root)
{
    /// <summary>Of a second, in ticks. File systems keep at least a hundred nanoseconds.</summary>
    private const long Sign = 7_654_321;

    private IEnumerator<string>? _files;

    /// <summary>The time of last change of a file that is kept until then.</summary>
    public static DateTime Mark(DateTimeOffset until) => new(until.UtcTicks - (until.UtcTicks % TimeSpan.TicksPerSecond) + Sign, DateTimeKind.Utc);

    public int Sweep(DateTimeOffset now, int most)
    {
        var deleted = 0;
        try
        {
            _files ??= Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).GetEnumerator();
            for (var looked = 0; looked < most; looked++)
            {
                if (!_files.MoveNext())
                {
                    Rewind();
                    break;
                }

                var changed = File.GetLastWriteTimeUtc(_files.Current);
                if (changed.Ticks % TimeSpan.TicksPerSecond != Sign || changed > now.UtcDateTime)
                    continue;
                File.Delete(_files.Current);
                DeleteEmpty(Path.GetDirectoryName(_files.Current)!);
                deleted++;
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing is stored yet, or it went while it was looked at: from the beginning next time.
            Rewind();
        }

        return deleted;
    }

    private void Rewind()
    {
        _files?.Dispose();
        _files = null;
    }

    /// <summary>The folder of the object alone: those above it may be written to at this moment.</summary>
    private static void DeleteEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // It is not empty.
        }
    }
}
