using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ThinkWatch.EmbeddedClickHouse.Native;

/// <summary>
/// Memory with a path. The rows of an INSERT go to the engine as a file, because inline it cuts text rows at an empty line, runs what follows
/// as another statement, and loses binary rows that hold one.
/// </summary>
internal sealed partial class AnonymousFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _length;

    public AnonymousFile()
    {
        var descriptor = MemfdCreate("insert", CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"memfd_create failed with error {Marshal.GetLastPInvokeError()}.");
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Path = $"/proc/self/fd/{descriptor}";
    }

    private const uint CloseOnExec = 1;

    public string Path { get; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, _length);
        _length += bytes.Length;
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
