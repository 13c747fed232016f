using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting.Tokens;

namespace ThinkWatch.AiGateway.Tests.Tokens;

public sealed class TokenCounterTests
{
    /// <summary>Counts of OpenAI's own tokenizer for texts in many scripts, code, white space, emoji, text of special tokens, and random Unicode.</summary>
    [Fact]
    public void Count_IsWhatOpenAiCounts()
    {
        using var source = typeof(TokenCounterTests).Assembly.GetManifestResourceStream("token-counts.json")!;
        using var json = JsonDocument.Parse(source);
        var wrong = new List<string>();
        foreach (var item in json.RootElement.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            Compare(text, TokenEncoding.O200k, item.GetProperty("o200k").GetInt32());
            Compare(text, TokenEncoding.Cl100k, item.GetProperty("cl100k").GetInt32());
        }

        json.RootElement.GetArrayLength().ShouldBeGreaterThan(400);
        wrong.ShouldBeEmpty();

        void Compare(string text, TokenEncoding encoding, int expected)
        {
            var count = TokenCounter.Count(text, encoding);
            if (count != expected)
                wrong.Add($"{encoding} {count} instead of {expected}: {JsonSerializer.Serialize(text)}");
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("好A")]
    [InlineData("!")]
    [InlineData("qzxjkvwp")]
    public void Megabyte_OfOneThing_IsCountedFast(string unit)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 1_000_000 / Encoding.UTF8.GetByteCount(unit))));
        foreach (var encoding in Enum.GetValues<TokenEncoding>())
        {
            TokenCounter.Count("warm", encoding);
            var watch = Stopwatch.StartNew();
            TokenCounter.Count(text, encoding).ShouldBeGreaterThan(1000);
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1)); // It takes a few tenths of a second; the machine may be very busy. A quadratic merge takes far longer.
            TestContext.Current.SendDiagnosticMessage($"{unit} {encoding} {watch.ElapsedMilliseconds} ms");
        }
    }

    [Fact]
    public void ShortAndLongPieces_AreMergedAlike()
    {
        // Beyond 48 bytes the heap takes over: a long piece of a repeated word counts what its tokens say.
        TokenCounter.Count(new string('a', 48), TokenEncoding.O200k).ShouldBe(TokenCounter.Count(new string('a', 24), TokenEncoding.O200k) * 2);
        TokenCounter.Count(new string('a', 6400), TokenEncoding.O200k).ShouldBe(TokenCounter.Count(new string('a', 64), TokenEncoding.O200k) * 100);
    }

    [Fact]
    public void Bytes_ThatAreNoText_AreCountedAllTheSame()
    {
        TokenCounter.Count([0xff, 0xfe, 0xc3, 0x28, 0xe2, 0x82], TokenEncoding.O200k).ShouldBeInRange(1, 6);
        TokenCounter.Count([0xff, 0xfe, 0xc3, 0x28, 0xe2, 0x82], TokenEncoding.Cl100k).ShouldBeInRange(1, 6);
    }

    [Theory]
    [InlineData("gpt-4o-mini", "O200k")]
    [InlineData("gpt-4.1", "O200k")]
    [InlineData("gpt-4", "Cl100k")]
    [InlineData("gpt-4-turbo", "Cl100k")]
    [InlineData("openai/gpt-3.5-turbo", "Cl100k")]
    [InlineData("text-embedding-3-small", "Cl100k")]
    [InlineData("gpt-5.1", "O200k")]
    [InlineData("o3-mini", "O200k")]
    [InlineData("claude-sonnet-4-5", "O200k")]
    public void Model_HasAnEncoding(string model, string encoding) => TokenCounter.EncodingOf(model).ToString().ShouldBe(encoding);
}
