using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// The client's bytes with a few replacements, written piece by piece: nothing is copied, nothing else changes. May be sent several times.
/// </summary>
internal sealed class UpstreamBody : HttpContent
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly ReadOnlyMemory<byte> _original;
    private readonly Edit[] _edits;
    private readonly long _length;
    private int _writing;

    /// <param name="original">Must stay unchanged until <see cref="IsBeingWritten"/> is false for good.</param>
    /// <param name="edits">Ordered by place, not overlapping.</param>
    public UpstreamBody(ReadOnlyMemory<byte> original, Edit[] edits)
    {
        _original = original;
        _edits = edits;
        _length = original.Length;
        foreach (var edit in edits)
            _length += edit.With.Length - edit.At.Length;
        Headers.ContentType = s_json;
    }

    /// <summary>True while a connection still reads from the original bytes: HTTP/2 may answer before it has taken the whole request.</summary>
    public bool IsBeingWritten => Volatile.Read(ref _writing) != 0;

    /// <summary>SHA-256 of what will be sent, in hexadecimal, for signatures.</summary>
    public string ComputeSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var position = 0;
        foreach (var edit in _edits)
        {
            hash.AppendData(_original.Span[position..edit.At.Start]);
            hash.AppendData(edit.With.Span);
            position = edit.At.End;
        }

        hash.AppendData(_original.Span[position..]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writing);
        try
        {
            var position = 0;
            foreach (var edit in _edits)
            {
                await stream.WriteAsync(_original[position..edit.At.Start], cancellationToken);
                await stream.WriteAsync(edit.With, cancellationToken);
                position = edit.At.End;
            }

            await stream.WriteAsync(_original[position..], cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _writing);
        }
    }
}
