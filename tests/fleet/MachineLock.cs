namespace ThinkWatch.Fleet;

/// <summary>Lets one fleet run at a time on a machine: test assemblies run in parallel, and a dozen processes each would only slow each other down.</summary>
internal sealed class MachineLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);
    private readonly FileStream _file;

    private MachineLock(FileStream file) => _file = file;

    public static async Task<MachineLock> TakeAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), "thinkwatch-test-fleet.lock");
        var giveUp = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return new MachineLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (DateTime.UtcNow < giveUp)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
