using ThinkWatch.ClickHouse;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class SqlStatementsTests
{
    [Fact]
    public void Split_OfAMigration_KeepsQuotedAndCommentedSemicolons()
    {
        SqlStatements.Split(
            """
            -- first; comment
            CREATE TABLE a (s String DEFAULT 'x;''y\';z', `odd;name` Int8); /* ; */
            ;
            INSERT INTO a VALUES (';');
            SELECT ";" -- no semicolon at the end;
            """).ShouldBe(
            [
                "-- first; comment\nCREATE TABLE a (s String DEFAULT 'x;''y\\';z', `odd;name` Int8)",
                "INSERT INTO a VALUES (';')",
                "SELECT \";\" -- no semicolon at the end;",
            ]);
        SqlStatements.Split(" ;; -- nothing\n/* at all */ ").ShouldBeEmpty();
    }
}
