using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// <c>?limit=50&amp;cursor=…&amp;sort=-created_at&amp;q=…</c>, validated while binding: take it as a plain handler parameter.
/// Fetch <see cref="Fetch"/> rows (one more than <see cref="Limit"/>) and answer with <see cref="Page{T}.From"/>.
/// </summary>
public sealed record ListQuery(int Limit, string? Cursor, string? Sort, string? Q)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 1000;

    public int Fetch => Limit + 1;

    /// <summary>The sort field without its sign, or the default when none was asked for. 400 for a field that is not in the list.</summary>
    public (string Field, bool Descending) SortBy(string defaultSort, params ReadOnlySpan<string> allowed)
    {
        var text = string.IsNullOrEmpty(Sort) ? defaultSort : Sort;
        var descending = text[0] == '-';
        var field = descending ? text[1..] : text;
        if (field != defaultSort.TrimStart('-') && !allowed.Contains(field))
            throw ApiProblem.Invalid("sort", $"Cannot sort by '{field}'. Allowed: {string.Join(", ", allowed.ToArray())}.").AsException();
        return (field, descending);
    }

    /// <summary>The cursor's values, null on the first page. 400 when the cursor is not one of this list.</summary>
    public string[]? After(int parts) => string.IsNullOrEmpty(Cursor)
        ? null
        : ManagementApi.Cursor.Decode(Cursor, parts) ?? throw ApiProblem.Invalid("cursor", "This is not a cursor of this list.").AsException();

    public static ValueTask<ListQuery> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = DefaultLimit;
        var text = query["limit"].ToString();
        if (text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            throw ApiProblem.Invalid("limit", $"Must be a number from 1 to {MaxLimit}.").AsException();
        return ValueTask.FromResult(new ListQuery(limit, Text(query["cursor"]), Text(query["sort"]), Text(query["q"])));
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
