using ThinkWatch.EmbeddedClickHouse.Statements;

namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>
/// What this server must know of a result's format. chDB encodes each chunk of a stream as if it were the whole: formats without frame can be
/// put end to end, those with header lines once the repeated header is cut, all others only as one result.
/// </summary>
internal sealed record ResultFormat(string Name, string ContentType, int HeaderLines, bool Streams)
{
    public static ResultFormat Of(string name) => name.ToUpperInvariant() switch
    {
        "JSONEACHROW" or "NDJSON" or "JSONLINES" or "JSONCOMPACTEACHROW" or "JSONSTRINGSEACHROW" or "JSONCOMPACTSTRINGSEACHROW" =>
            new(name, "application/x-ndjson; charset=UTF-8", 0, true),
        "JSONCOMPACTEACHROWWITHNAMES" => new(name, "application/x-ndjson; charset=UTF-8", 1, true),
        "JSONCOMPACTEACHROWWITHNAMESANDTYPES" => new(name, "application/x-ndjson; charset=UTF-8", 2, true),
        "TABSEPARATED" or "TSV" or "TABSEPARATEDRAW" or "TSVRAW" or "RAW" => new(name, "text/tab-separated-values; charset=UTF-8", 0, true),
        "TABSEPARATEDWITHNAMES" or "TSVWITHNAMES" => new(name, "text/tab-separated-values; charset=UTF-8", 1, true),
        "TABSEPARATEDWITHNAMESANDTYPES" or "TSVWITHNAMESANDTYPES" => new(name, "text/tab-separated-values; charset=UTF-8", 2, true),
        "CSV" => new(name, "text/csv; charset=UTF-8; header=absent", 0, true),
        "CSVWITHNAMES" => new(name, "text/csv; charset=UTF-8; header=present", 1, true),
        "CSVWITHNAMESANDTYPES" => new(name, "text/csv; charset=UTF-8; header=present", 2, true),
        "ROWBINARY" => new(name, "application/octet-stream", 0, true),
        "TSKV" => new(name, "text/plain; charset=UTF-8", 0, true),
        var json when json.StartsWith("JSON", StringComparison.Ordinal) => new(name, "application/json; charset=UTF-8", 0, false),
        "XML" => new(name, "application/xml; charset=UTF-8", 0, false),
        "NATIVE" or "PARQUET" or "ARROW" or "ARROWSTREAM" or "ORC" or "AVRO" or "ROWBINARYWITHNAMES" or "ROWBINARYWITHNAMESANDTYPES" or "MSGPACK" =>
            new(name, "application/octet-stream", 0, false),
        _ => new(name, "text/plain; charset=UTF-8", 0, false),
    };

    /// <summary>The length of the header in an encoded chunk; a quoted column name may hold a line end.</summary>
    public int HeaderLength(ReadOnlySpan<byte> chunk)
    {
        var lines = 0;
        var quoted = false;
        for (var i = 0; i < chunk.Length && lines < HeaderLines; i++)
        {
            if (chunk[i] == '"' && ContentType.StartsWith("text/csv", StringComparison.Ordinal))
                quoted = !quoted;
            else if (chunk[i] == '\n' && !quoted && ++lines == HeaderLines)
                return i + 1;
        }

        return 0;
    }
}
