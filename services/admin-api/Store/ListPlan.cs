using Npgsql;
using NpgsqlTypes;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Store;

/// <summary>
/// How one page of a list is read: by creation (the id, a UUIDv7, is in that order) or by a unique name, after the last row of the page before.
/// </summary>
internal sealed record ListPlan
{
    private readonly ListQuery _query;
    private readonly string _after;
    private readonly bool _byName;
    private readonly bool _descending;

    private ListPlan(ListQuery query, string nameField)
    {
        _query = query;
        (var field, _descending) = query.SortBy("-created_at", "created_at", nameField);
        _byName = field == nameField;
        _after = query.After(1)?[0] ?? "";
        if (_after.Length > 0 && !_byName && !Guid.TryParse(_after, out _))
            throw ApiProblem.Invalid("cursor", "This is not a cursor of this list.").AsException();
    }

    public int Limit => _query.Limit;

    /// <param name="query">What was asked for.</param>
    /// <param name="nameField">The unique name that may be sorted by, as the API calls it.</param>
    public static ListPlan For(ListQuery query, string nameField) => new(query, nameField);

    /// <summary>Ends a WHERE clause: the place to go on from, the order, the number of rows.</summary>
    public string Sql(string alias, string nameColumn)
    {
        var column = _byName ? $"{alias}.{nameColumn}" : $"{alias}.id";
        var after = _after.Length == 0 ? "" : $"AND {column} {(_descending ? "<" : ">")} @after{(_byName ? "" : "::uuid")}";
        return $"{after} ORDER BY {column} {(_descending ? "DESC" : "ASC")} LIMIT @fetch";
    }

    public NpgsqlCommand Bind(NpgsqlCommand command)
    {
        command.With("q", NpgsqlDbType.Text, _query.Q is { } q ? Statement.LikeAnywhere(q) : null).With("fetch", NpgsqlDbType.Integer, _query.Fetch);
        return _after.Length == 0 ? command : command.With("after", NpgsqlDbType.Text, _after);
    }

    public string CursorAfter(Guid id, string name) => Cursor.Encode(_byName ? name : id.ToString());
}
