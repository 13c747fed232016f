namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>The HTTP status that ClickHouse gives each of its error codes.</summary>
internal static class ErrorStatus
{
    public static int Of(int code) => code switch
    {
        194 => 401, // REQUIRED_PASSWORD
        192 or 193 or 497 or 516 => 403, // user, password, access, authentication
        6 or 8 or 10 or 15 or 25 or 26 or 27 or 38 or 41 or 42 or 43 or 44 or 53 or 62 or 70 or 72 or 117 or 130 or 184 or 456 or 457 => 400,
        46 or 47 or 50 or 56 or 60 or 63 or 73 or 78 or 81 or 115 or 336 => 404, // unknown function, identifier, type, engine, table, …, setting
        159 => 408, // TIMEOUT_EXCEEDED
        307 => 413, // TOO_MANY_BYTES
        48 => 501, // NOT_IMPLEMENTED
        202 => 503, // TOO_MANY_SIMULTANEOUS_QUERIES
        _ => 500,
    };
}
