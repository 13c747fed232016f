using ThinkWatch.BodyOffload.Objects;

namespace ThinkWatch.BodyOffload.Stores;

/// <summary>The store does not answer or has no room; the same call may succeed later.</summary>
internal sealed class StoreAwayException(string message, Exception inner) : Exception(message, inner);

/// <summary>A place for objects. Safe for concurrent use; two writers of one path leave one of the two, whole.</summary>
internal interface IBodyStore
{
    /// <summary>What its addresses begin with, up to the path.</summary>
    string Prefix { get; }

    /// <summary>Nothing is visible until the writer commits.</summary>
    /// <param name="expiresAt">It is swept away after that; null: never.</param>
    ValueTask<IBodyWriter> CreateAsync(ObjectPath path, DateTimeOffset? expiresAt, CancellationToken cancellationToken);

    /// <summary>Null when there is none.</summary>
    Task<Stream?> OpenAsync(ObjectPath path, CancellationToken cancellationToken);

    Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken);

    /// <summary>Deletes what has expired, looking at no more than <paramref name="most"/>; goes on where it stopped. Answers how many are gone.</summary>
    Task<int> SweepAsync(DateTimeOffset now, int most, CancellationToken cancellationToken);

    /// <summary>Throws when objects cannot be written now.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>One object being written by one caller. Disposed without commit, it leaves nothing.</summary>
internal interface IBodyWriter : IAsyncDisposable
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    Task CommitAsync(CancellationToken cancellationToken);
}

/// <summary>Where new bodies go, and every store that may hold old ones.</summary>
internal sealed class BodyStores(IBodyStore current, params IBodyStore[] all)
{
    public IBodyStore Current { get; } = current;

    /// <summary>Each store once.</summary>
    public IEnumerable<IBodyStore> All => all.Prepend(Current).Distinct();

    /// <summary>Finds the object that an address names. Null: not an address of ours.</summary>
    public (IBodyStore Store, ObjectPath Path)? Resolve(string uri)
    {
        foreach (var store in all.Prepend(Current))
        {
            if (uri.StartsWith(store.Prefix, StringComparison.Ordinal) && ObjectPath.Parse(uri[store.Prefix.Length..]) is { } path)
                return (store, path);
        }

        return null;
    }
}
