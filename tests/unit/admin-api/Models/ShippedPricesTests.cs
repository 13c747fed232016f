using System.Text;
using ThinkWatch.AdminApi.Models;

namespace ThinkWatch.AdminApi.Tests.Models;

public sealed class ShippedPricesTests
{
    private static readonly DateTimeOffset _today = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Table_AsShipped_PricesEveryModelPlausibly()
    {
        var shipped = new ShippedPrices(new At(_today));
        shipped.Date.ShouldBe(new DateOnly(2026, 11, 22));
        shipped.Models.Count().ShouldBeGreaterThan(40);
        foreach (var model in shipped.Models)
        {
            var prices = shipped.Find(model).ShouldNotBeNull(model);
            prices.InputPrice!.Value.ShouldBeInRange(0.01m, 100, model);
            if (!model.Contains("embedding", StringComparison.Ordinal))
                prices.OutputPrice!.Value.ShouldBeGreaterThan(prices.InputPrice.Value, model);
            (prices.CachedInputPrice ?? 0).ShouldBeLessThan(prices.InputPrice.Value, model);
            (prices.CacheWritePrice ?? prices.InputPrice.Value).ShouldBeGreaterThanOrEqualTo(prices.InputPrice.Value, model);
        }
    }

    [Theory]
    [InlineData("claude-opus-4-5-20251101", "5")]
    [InlineData("gpt-4o-2024-08-06", "2.5")]
    [InlineData("gpt-4o-mini", "0.15")]
    [InlineData("gpt-4o-mini-realtime", null)]
    [InlineData("llama-4", null)]
    public void Find_ByNameOrItsSnapshot_NeverByLikeness(string model, string? input) =>
        (new ShippedPrices(new At(_today)).Find(model)?.InputPrice?.ToString(System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(input);

    [Fact]
    public void Find_AnAnnouncedChange_HoldsFromItsDay()
    {
        const string Table = """{"date":"2026-01-01","vendors":[{"source":"s","read":"2026-01-01","models":[{"id":"m","input":"1","output":"2","until":"2026-11-30"},{"id":"m","input":"3","output":"4","from":"2026-12-01"}]}]}""";
        Of(2026, 11, 30)!.InputPrice.ShouldBe(1);
        Of(2026, 12, 1)!.InputPrice.ShouldBe(3);

        static Prices? Of(int year, int month, int day) =>
            new ShippedPrices(new At(new DateTimeOffset(year, month, day, 23, 59, 0, TimeSpan.Zero)), new MemoryStream(Encoding.UTF8.GetBytes(Table))).Find("m");
    }

    [Fact]
    public void Find_ByRoutes_OnlyWhereTheyAgree()
    {
        var shipped = new ShippedPrices(new At(_today));
        shipped.Find("best", ["gpt-4o", "gpt-4o-2024-08-06"])!.InputPrice.ShouldBe(2.5m);
        shipped.Find("best", ["gpt-4o", "gpt-5"]).ShouldBeNull();
        shipped.Find("best", ["gpt-4o", "unheard-of"]).ShouldBeNull();
        shipped.Find("best", []).ShouldBeNull();
    }

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
