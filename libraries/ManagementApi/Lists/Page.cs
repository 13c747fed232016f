namespace ThinkWatch.ManagementApi;

/// <summary>One page of a list. <see cref="NextCursor"/> is null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>From one row more than was asked for: the extra row only tells that there is a next page.</summary>
    public static Page<T> From(IReadOnlyList<T> rows, int limit, Func<T, string> cursorAfter) =>
        rows.Count <= limit ? new Page<T>(rows, null) : new Page<T>([.. rows.Take(limit)], cursorAfter(rows[limit - 1]));
}
