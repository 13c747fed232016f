using ThinkWatch.AdminApi.Logs;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Tests.Logs;

public sealed class LogQueryTextTests
{
    [Theory]
    [InlineData("hello", "|:|hello")]
    [InlineData("  hello   world ", "|:|hello", "|:|world")]
    [InlineData("model:gpt-4o status:>=500", "model|:|gpt-4o", "status|>=|500")]
    [InlineData("-model:gpt latency:<100", "-model|:|gpt", "latency|<|100")]
    [InlineData("\"two words\"", "|:|\"two words\"")]
    [InlineData("user:\"a b@example.test\"", "user|:|\"a b@example.test\"")]
    [InlineData("\"with \\\"quotes\\\" and \\\\\"", "|:|\"with \"quotes\" and \\\"")]
    [InlineData("-word", "-|:|word")]
    [InlineData("- word", "|:|-", "|:|word")]
    [InlineData("https://example.com/a:b", "|:|https://example.com/a:b")]
    [InlineData("nofield:value", "|:|nofield:value")]
    [InlineData("model:a:b", "model|:|a:b")]
    public void Query_IsReadTermByTerm(string text, params string[] expected) =>
        LogQueryText.Parse(text, LogColumns.ByName.ContainsKey)
            .Select(static term => $"{(term.Negated ? "-" : "")}{term.Field}|{term.Operator}|{(term.Quoted ? $"\"{term.Value}\"" : term.Value)}")
            .ShouldBe(expected);

    [Theory]
    [InlineData("ok \"open", "character 4:")]
    [InlineData("model:", "character 7:")]
    [InlineData("model:>", "character 8:")]
    [InlineData("\"\"", "character 1:")]
    [InlineData("wo\"rd\"", "character 3:")]
    public void Query_Malformed_PointsAtTheCharacter(string text, string place) =>
        Should.Throw<ApiProblemException>(() => LogQueryText.Parse(text, LogColumns.ByName.ContainsKey)).Problem.Errors!["q"][0].ShouldStartWith(place);

    [Fact]
    public void Values_AreBound_NeverWrittenIntoTheStatement()
    {
        const string Attack = "'; DROP TABLE gateway_logs; --";
        var conditions = new LogConditions();
        conditions.AddTerm(new LogTerm("model", ":", Attack, Negated: false, Quoted: true, Position: 1));
        conditions.AddTerm(new LogTerm("", ":", Attack, Negated: true, Quoted: true, Position: 1));
        conditions.AddAnyOf("key_name", [Attack, "a*"]);
        conditions.Sql.ShouldNotContain("DROP");
        conditions.Parameters.Count.ShouldBeGreaterThan(3);
    }
}
