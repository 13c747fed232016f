using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ThinkWatch.ManagementApi;

/// <summary>Money and prices: requests take a string or a number, answers are strings, so that no client rounds them through a double.</summary>
internal sealed class DecimalTextConverter : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetDecimal(out var number) => number,
        JsonTokenType.String when decimal.TryParse(reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new JsonException("Expected a decimal, as a string or a number."),
    };

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Trim(value).ToString(CultureInfo.InvariantCulture));

    // 2.5000 and 2.5 are one price: trailing zeroes of a numeric column are not shown.
    private static decimal Trim(decimal value) => value / 1.000000000000000000000000000000000m;
}
