using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.Settings;

/// <summary>The last snapshot, sealed, in the service's own directory. One writer.</summary>
internal sealed partial class SnapshotFile(string path, Vault vault, ILogger<SnapshotFile> logger)
{
    private const string AssociatedData = "catalog/snapshot/file";

    /// <summary>The snapshot kept, or null when there is none that can be read: the feed brings another.</summary>
    public Snapshot? Read()
    {
        try
        {
            return File.Exists(path) ? Snapshot.Parser.ParseFrom(vault.Open(File.ReadAllText(path), AssociatedData)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VaultException or CryptographicException or InvalidProtocolBufferException)
        {
            LogUnreadable(path, e.Message);
            return null;
        }
    }

    /// <summary>Replaces the file as a whole. A disk that refuses costs the next start its head start, nothing now.</summary>
    public void Write(Snapshot snapshot)
    {
        var next = path + ".next";
        try
        {
            File.WriteAllText(next, vault.Seal(snapshot.ToByteArray(), AssociatedData));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(next, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnwritable(path, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The catalog kept in {Path} cannot be read: {Reason}")]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(LogLevel.Warning, "The catalog cannot be kept in {Path}: {Reason}")]
    private partial void LogUnwritable(string path, string reason);
}
