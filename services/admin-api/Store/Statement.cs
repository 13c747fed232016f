using Npgsql;
using NpgsqlTypes;

namespace ThinkWatch.AdminApi.Store;

/// <summary>Named parameters of a command; every value has its database type, so that null is typed too.</summary>
internal static class Statement
{
    public static NpgsqlCommand With(this NpgsqlCommand command, string name, NpgsqlDbType type, object? value)
    {
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
        return command;
    }

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, Guid value) => command.With(name, NpgsqlDbType.Uuid, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, string? value) => command.With(name, NpgsqlDbType.Text, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, int? value) => command.With(name, NpgsqlDbType.Integer, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, long? value) => command.With(name, NpgsqlDbType.Bigint, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, bool value) => command.With(name, NpgsqlDbType.Boolean, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, double value) => command.With(name, NpgsqlDbType.Double, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, decimal? value) => command.With(name, NpgsqlDbType.Numeric, value);

    public static NpgsqlCommand WithJson(this NpgsqlCommand command, string name, string json) => command.With(name, NpgsqlDbType.Jsonb, json);

    public static NpgsqlCommand WithIds(this NpgsqlCommand command, string name, Guid[] ids) => command.With(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid, ids);

    public static NpgsqlCommand WithTexts(this NpgsqlCommand command, string name, string[] texts) => command.With(name, NpgsqlDbType.Array | NpgsqlDbType.Text, texts);

    public static async Task<List<T>> ReadAllAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The pattern that finds <paramref name="text"/> anywhere, whatever signs it holds.</summary>
    public static string LikeAnywhere(string text) =>
        "%" + text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal) + "%";
}
