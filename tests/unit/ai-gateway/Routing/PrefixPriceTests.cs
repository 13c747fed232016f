using System.Globalization;
using System.Net;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Routing;

/// <summary>Models that nobody registered, routed by the beginning of their name.</summary>
public sealed class PrefixPriceTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("gpt-priced", true)]
    [InlineData("gpt-priced-2026-01-31", true)]
    [InlineData("GPT-priced", null)]
    [InlineData("gpt-unheard-of", false)]
    public async Task Call_CostsWhatTheShippedTableSays(string model, bool? priced)
    {
        var organization = Guid.CreateVersion7().ToString();
        await gateway.ChangeCatalogAsync(snapshot =>
        {
            var provider = gateway.NewProvider("by-prefix-" + organization[^6..], gateway.SimulatorUrl);
            provider.OrgId = organization;
            provider.ProviderType = "openai";
            snapshot.Providers.Add(provider);
            snapshot.ShippedPrices["gpt-priced"] = new Prices { Input = "2", Output = "8" };
        });
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(principal => principal.OrgId = organization), Calls.Chat(model));
        if (priced is not { } known)
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound); // prefixes are as they are written
            return;
        }

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = await gateway.RowAsync(response.Id());
        if (known)
            decimal.Parse(row.CostUsd, CultureInfo.InvariantCulture).ShouldBe(((row.InputTokens * 2m) + (row.OutputTokens * 8m)) / 1_000_000m);
        else
            row.CostUsd.ShouldBeEmpty(); // unknown is not free
        (row.Prices.Length > 0).ShouldBe(known);
    }
}
