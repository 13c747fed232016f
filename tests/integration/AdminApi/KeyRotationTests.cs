using Npgsql;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>The key that seals secrets is changed with a restart, and then the old one is not needed any more.</summary>
public sealed class KeyRotationTests(EmbeddedStores stores)
{
    private const string NewKey = "__________________________________________8";

    [Fact]
    public async Task EncryptionKey_Changed_EverySecretIsSealedAnew()
    {
        var database = await stores.CreateDatabaseAsync();
        var org = Guid.CreateVersion7();
        await using (var before = await AdminApiHost.StartAsync(database))
        {
            await before.UntilReadyAsync();
            using var client = before.Client(org, "providers:create");
            await client.CreateAsync("/api/admin/providers", new
            {
                name = "rotated",
                display_name = "Rotated",
                provider_type = "bedrock",
                base_url = "https://api.example.com",
                headers = new Dictionary<string, string> { ["x-secret"] = "h" },
                config = new { region = "eu-west-1", access_key_id = "AKIAIOSFODNN7EXAMPLE", secret_access_key = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00" },
            });
            await client.CreateAsync("/api/admin/providers", new { name = "plain", display_name = "Plain", provider_type = "openai", base_url = "https://api.example.com", api_key = "sk-1" });
        }

        var old = await EnvelopesAsync(database);
        old.Count.ShouldBeGreaterThanOrEqualTo(3);
        await using (var during = await AdminApiHost.StartAsync(database, null, ("ENCRYPTION_KEY", NewKey), ("ENCRYPTION_KEYS_RETIRED", AdminApiHost.EncryptionKey)))
        {
            await during.UntilReadyAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while ((await EnvelopesAsync(database)).Intersect(old).Any())
                await Task.Delay(100, patience.Token);
        }

        var vault = Vault.FromBase64Url(NewKey);
        (await EnvelopesAsync(database)).ShouldAllBe(envelope => vault.IsCurrent(envelope));
        (await EnvelopesAsync(database)).Count.ShouldBe(old.Count);
    }

    private static async Task<List<string>> EnvelopesAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Search Path=catalog");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT secret FROM provider_keys UNION ALL SELECT config_sealed FROM providers WHERE config_sealed IS NOT NULL
            UNION ALL SELECT h.value ->> 'Sealed' FROM providers, jsonb_each(headers) h
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var envelopes = new List<string>();
        while (await reader.ReadAsync())
            envelopes.Add(reader.GetString(0));
        return envelopes;
    }
}
