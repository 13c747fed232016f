using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;
using ThinkWatch.EmbeddedClickHouse.Statements;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class StatementTests
{
    [Theory]
    [InlineData("INSERT INTO t FORMAT JSONEachRow\n{\"a\":1}", "JSONEachRow", "{\"a\":1}")]
    [InlineData("insert into t (a, `format`) settings async_insert = 0 format CSV \r\n1;2", "CSV", "1;2")]
    [InlineData("INSERT INTO t VALUES (1,'FORMAT x')", "Values", " (1,'FORMAT x')")]
    [InlineData("/* INSERT FORMAT */ INSERT INTO `va''lues` (x) -- SELECT\n FORMAT RowBinary\n\n;", "RowBinary", "\n;")]
    [InlineData("INSERT INTO t (id) FORMAT Values\n(1)", "Values", "(1)")]
    [InlineData("INSERT INTO TABLE FUNCTION file('x', 'CSV') VALUES", "Values", "")]
    public void Insert_WithRows_TellsWhereTheyBegin(string sql, string format, string rows)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var statement = Statement.Read(bytes);
        statement.BringsRows.ShouldBeTrue();
        statement.Format.ShouldBe(format);
        Encoding.UTF8.GetString(bytes[statement.DataStart..]).ShouldBe(rows);
    }

    [Theory]
    [InlineData("INSERT INTO t SELECT 1")]
    [InlineData("INSERT INTO t (a) WITH 1 AS x SELECT x FORMAT Null")]
    [InlineData("INSERT INTO t (SELECT 'VALUES')")]
    public void Insert_FromSelect_BringsNoRows(string sql) => Statement.Read(Encoding.UTF8.GetBytes(sql)).BringsRows.ShouldBeFalse();

    [Theory]
    [InlineData("SELECT 1", null)]
    [InlineData("SELECT format FROM t", null)]
    [InlineData("SELECT 1 AS format", null)]
    [InlineData("SELECT ' FORMAT JSON '", null)]
    [InlineData("SELECT 1 -- FORMAT JSON", null)]
    [InlineData("SELECT $a$ FORMAT JSON $a$ FORMAT CSV;", "CSV")]
    [InlineData("(SELECT 1) FORMAT JSON SETTINGS max_threads = 1", "JSON")]
    [InlineData("SELECT format FROM t format TSV", "TSV")]
    public void Select_FormatClause_IsFoundOnlyWhereItIsOne(string sql, string? format)
    {
        var statement = Statement.Read(Encoding.UTF8.GetBytes(sql));
        statement.IsSelect.ShouldBeTrue();
        statement.Format.ShouldBe(format);
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2", 62)]
    [InlineData("SELECT ';' /* ; */; DROP TABLE t", 62)]
    [InlineData("  -- nothing", 62)]
    [InlineData("INSERT INTO t", 62)]
    [InlineData("INSERT INTO t FROM INFILE '/etc/passwd' FORMAT LineAsString", 48)]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/x'", 48)]
    public void Statement_NotAllowedOverHttp_IsRefused(string sql, int code) =>
        Should.Throw<EngineException>(() => Statement.Read(Encoding.UTF8.GetBytes(sql))).Code.ShouldBe(code);

    [Theory]
    [InlineData("SELECT 1;", true, false)]
    [InlineData("EXPLAIN SELECT 1", true, false)]
    [InlineData("SET max_threads = 1", false, true)]
    [InlineData("CREATE TEMPORARY TABLE t (a Int8)", false, true)]
    [InlineData("CREATE TABLE t (a Int8) ENGINE = Memory", false, false)]
    public void Statement_Effects_AreKnown(string sql, bool reads, bool session)
    {
        var statement = Statement.Read(Encoding.UTF8.GetBytes(sql));
        (statement.ReadsOnly, statement.ChangesSession).ShouldBe((reads, session));
    }
}
