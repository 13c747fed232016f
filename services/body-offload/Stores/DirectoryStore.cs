using ThinkWatch.BodyOffload.Objects;

namespace ThinkWatch.BodyOffload.Stores;

/// <summary>Objects as files. A file appears under its name by a rename, after its bytes are on the disk.</summary>
internal sealed class DirectoryStore(string root) : IBodyStore
{
    private const int BufferSize = 64 * 1024;
    private readonly string _root = Path.GetFullPath(root);
    private readonly ExpiringFiles _expiring = new(Path.Combine(Path.GetFullPath(root), "bodies", "responses"));

    public string Prefix => "file://";

    public ValueTask<IBodyWriter> CreateAsync(ObjectPath path, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        try
        {
            var target = FileOf(path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            return new(new Writer(target, expiresAt));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreAwayException("The bodies directory cannot be written.", fault);
        }
    }

    public Task<Stream?> OpenAsync(ObjectPath path, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                FileOf(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize, FileOptions.Asynchronous | FileOptions.SequentialScan));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreAwayException("The bodies directory cannot be read.", fault);
        }
    }

    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken)
    {
        try
        {
            var file = FileOf(path);
            var exists = File.Exists(file);
            if (exists)
                File.Delete(file);
            return Task.FromResult(exists);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreAwayException("The bodies directory cannot be written.", fault);
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(_root);
            var probe = Path.Combine(_root, $".probe-{Guid.NewGuid():n}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return Task.CompletedTask;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreAwayException("The bodies directory cannot be written.", fault);
        }
    }

    public Task<int> SweepAsync(DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(_expiring.Sweep(now, most));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreAwayException("The bodies directory cannot be swept.", fault);
        }
    }

    private string FileOf(ObjectPath path) => Path.Combine(_root, path.Text);

    private sealed class Writer(string target, DateTimeOffset? expiresAt) : IBodyWriter
    {
        private readonly string _temporary = $"{target}.{Guid.NewGuid():n}.part";
        private FileStream? _file;
        private bool _isCommitted;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            try
            {
                _file ??= new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
                await _file.WriteAsync(bytes, cancellationToken);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new StoreAwayException("The bodies directory cannot be written.", fault);
            }
        }

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            try
            {
                await _file!.FlushAsync(cancellationToken);
                _file.Flush(flushToDisk: true);
                await _file.DisposeAsync();
                if (expiresAt is { } end)
                    File.SetLastWriteTimeUtc(_temporary, ExpiringFiles.Mark(end));
                File.Move(_temporary, target, overwrite: true);
                _isCommitted = true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new StoreAwayException("The bodies directory cannot be written.", fault);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_file is not null)
                await _file.DisposeAsync();
            if (!_isCommitted)
                File.Delete(_temporary);
        }
    }
}
