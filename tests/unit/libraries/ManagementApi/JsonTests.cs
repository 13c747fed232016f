using System.Text.Json;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Libraries.Tests.ManagementApi;

public sealed class JsonTests
{
    [Theory]
    [InlineData("\"2.50\"", "2.5")]
    [InlineData("2.50", "2.5")]
    [InlineData("1e-7", "0.0000001")]
    [InlineData("\"79228162514264337593543950335\"", "79228162514264337593543950335")]
    [InlineData("0", "0")]
    public void Decimal_TextOrNumber_IsWrittenAsText(string json, string text) =>
        Write(Read<decimal>(json)).ShouldBe($"\"{text}\"");

    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("true")]
    [InlineData("\"1,5\"")]
    [InlineData("1e400")]
    public void Decimal_Nonsense_Throws(string json) => Should.Throw<JsonException>(() => Read<decimal>(json));

    [Theory]
    [InlineData("\"2026-01-31T12:00:00Z\"", "2026-01-31T12:00:00.000Z")]
    [InlineData("\"2026-01-31T12:00:00.1239+02:00\"", "2026-01-31T10:00:00.123Z")]
    public void Time_WithOffset_IsWrittenInUtcMilliseconds(string json, string text) =>
        Write(Read<DateTimeOffset>(json)).ShouldBe($"\"{text}\"");

    [Theory]
    [InlineData("\"2026-01-31T12:00:00\"")]
    [InlineData("\"2026-01-31\"")]
    [InlineData("1700000000")]
    public void Time_WithoutOffset_Throws(string json) => Should.Throw<JsonException>(() => Read<DateTimeOffset>(json));

    [Fact]
    public void Optional_AbsentNullAndValue_AreThreeThings()
    {
        Read<Body>("{}").Name.IsSet.ShouldBeFalse();
        Read<Body>("""{"name":null}""").Name.ShouldBe(new Optional<string?>(null));
        Read<Body>("""{"name":"x"}""").Name.ShouldBe(new Optional<string?>("x"));
        Read<Body>("""{"name":null}""").Name.Or("kept").ShouldBeNull();
        Read<Body>("{}").Name.Or("kept").ShouldBe("kept");
        Read<Body>("""{"max_count":3}""").MaxCount.Value.ShouldBe(3);
    }

    [Fact]
    public void Names_UnknownOrInAnotherCase_AreRefused()
    {
        Should.Throw<JsonException>(() => Read<Body>("""{"nmae":1}"""));
        Should.Throw<JsonException>(() => Read<Body>("""{"MaxCount":1}"""));
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, ApiJson.Options)!;

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Options);

    private sealed record Body
    {
        public Optional<string?> Name { get; init; }

        public Optional<int?> MaxCount { get; init; }
    }
}
