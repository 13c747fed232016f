using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool.Log;

/// <summary>
/// The files of one producer. An exclusive lock on the folder keeps a second process out until this one is gone. The next segment is
/// made ready ahead of need, its blocks reserved, so that a roll is a rename and a full disk shows while there is still room for completions.
/// </summary>
internal sealed class SegmentFolder : IDisposable
{
    private const string Extension = ".seg";
    private const string SpareName = "spare.new";
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY
    private readonly FileStream _lock;
    private readonly int _segmentBytes;
    private SafeFileHandle? _spare;

    private SegmentFolder(string path, FileStream folderLock, int segmentBytes)
    {
        Path = path;
        _lock = folderLock;
        _segmentBytes = segmentBytes;
    }

    public string Path { get; }

    /// <summary>Waits for a predecessor that is still draining; it holds the lock until it has ended, however it ends.</summary>
    public static SegmentFolder Open(string path, int segmentBytes, TimeSpan patience)
    {
        Directory.CreateDirectory(path);
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            try
            {
                var file = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new SegmentFolder(path, file, segmentBytes);
            }
            catch (IOException) when (Environment.TickCount64 < until)
            {
                Thread.Sleep(100);
            }
        }
    }

    public IReadOnlyList<(int Number, string Path)> Existing() =>
        [.. Directory.EnumerateFiles(Path, "*" + Extension)
            .Select(static file => (Name: System.IO.Path.GetFileNameWithoutExtension(file), File: file))
            .Where(static f => int.TryParse(f.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(static f => (Number: int.Parse(f.Name, CultureInfo.InvariantCulture), f.File))
            .OrderBy(static f => f.Number)];

    /// <summary>Makes the next segment ready. Throws when the disk has no room for it.</summary>
    public void PrepareSpare()
    {
        if (_spare is not null)
            return;
        var spare = System.IO.Path.Combine(Path, SpareName);
        File.Delete(spare);
        _spare = File.OpenHandle(
            spare, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, preallocationSize: _segmentBytes);
    }

    /// <summary>Starts segment <paramref name="number"/> with a header that holds who writes and every counter.</summary>
    public Segment Create(int number, Guid producer, ReadOnlySpan<ulong> nextSequences)
    {
        PrepareSpare();
        var path = System.IO.Path.Combine(Path, number.ToString("D10", CultureInfo.InvariantCulture) + Extension);
        var salt = BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint)));
        var record = SegmentHeader.Write(producer, salt, nextSequences);
        RandomAccess.Write(_spare!, record, 0);
        File.Move(System.IO.Path.Combine(Path, SpareName), path);
        var segment = new Segment(number, path, _spare!, salt, record.Length) { IsDirty = true };
        _spare = null;
        return segment;
    }

    /// <summary>Makes creations, renames and deletions in the folder durable.</summary>
    public void Sync()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = open(Path, ReadOnlyDirectory);
        if (descriptor < 0)
            return;
        _ = fsync(descriptor);
        _ = close(descriptor);
    }

    public void Dispose()
    {
        _spare?.Dispose();
        _lock.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int close(int descriptor);
}

/// <summary>The first record of a segment. Its own checksum is not salted, for it brings the salt.</summary>
internal sealed record SegmentHeader(Guid Producer, uint Salt, ulong[] NextSequences)
{
    /// <summary>Room for more kinds than there are.</summary>
    public const int Kinds = 16;

    public const int PayloadSize = sizeof(uint) + Kinds * sizeof(ulong);

    public static byte[] Write(Guid producer, uint salt, ReadOnlySpan<ulong> nextSequences)
    {
        var record = new byte[RecordFormat.HeaderSize + PayloadSize];
        var payload = record.AsSpan(RecordFormat.HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(payload, salt);
        for (var i = 0; i < nextSequences.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(payload[(sizeof(uint) + i * sizeof(ulong))..], nextSequences[i]);
        var header = new RecordHeader(RecordType.SegmentHeader, RecordKind.Unspecified, PayloadSize, 0, 0, producer);
        RecordFormat.Seal(record, header, RecordFormat.PayloadChecksum(payload), salt: 0);
        return record;
    }

    public static SegmentHeader Read(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        var sequences = new ulong[(payload.Length - sizeof(uint)) / sizeof(ulong)];
        for (var i = 0; i < sequences.Length; i++)
            sequences[i] = BinaryPrimitives.ReadUInt64LittleEndian(payload[(sizeof(uint) + i * sizeof(ulong))..]);
        return new SegmentHeader(header.Id, BinaryPrimitives.ReadUInt32LittleEndian(payload), sequences);
    }
}
