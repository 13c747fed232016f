using ThinkWatch.ClickHouse;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class ClickHouseOptionsTests
{
    [Fact]
    public void Parse_OfAFullString_ReadsEveryKey()
    {
        var options = ClickHouseOptions.Parse("host=ch.local;Port=9443;Protocol=https;Database=thinkwatch;Username=u;Password=\"p;w\";Timeout=7;Compression=true");
        options.Address.ShouldBe(new Uri("https://ch.local:9443/"));
        (options.Database, options.Username, options.Password).ShouldBe(("thinkwatch", "u", "p;w"));
        options.Timeout.ShouldBe(TimeSpan.FromSeconds(7));
        options.Compression.ShouldBeTrue();
        options.ToString().ShouldNotContain("p;w");
    }

    [Fact]
    public void Parse_OfTheEmbeddedString_HasDefaults()
    {
        var options = ClickHouseOptions.Parse("Host=127.0.0.1;Port=8123;Database=thinkwatch;Username=default;Password=");
        (options.Address.AbsoluteUri, options.Password, options.Compression).ShouldBe(("http://127.0.0.1:8123/", "", false));
    }

    [Theory]
    [InlineData("Port=8123", "Host")]
    [InlineData("Host=h;Port=hunter2", "Port")]
    [InlineData("Host=h;Prot=http", "Prot")]
    [InlineData("Host=h;Protocol=hunter2", "Protocol")]
    [InlineData("hunter2", "key=value")]
    public void Parse_OfAMalformedString_NamesTheKeyNotTheValue(string text, string named)
    {
        var failure = Should.Throw<FormatException>(() => ClickHouseOptions.Parse(text));
        failure.Message.ShouldContain(named);
        failure.ToString().ShouldNotContain("hunter2");
    }
}
