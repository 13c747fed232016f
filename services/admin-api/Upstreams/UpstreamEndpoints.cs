using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Providers;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>What asks a provider itself: is it there, what does it offer, take some of it over.</summary>
internal static class UpstreamEndpoints
{
    public static void MapUpstreams(this IEndpointRouteBuilder routes)
    {
        var providers = routes.MapGroup("/api/admin/providers").WithTags("Providers");
        providers.MapPost("/test", TestAsync).RequirePermission("providers:create", "providers:update").WithName("testProvider")
            .WithSummary("Ask a provider, stored or not yet, for its models; the answer says how that went");
        providers.MapGet("/{id:guid}/remote-models", ListAsync).RequirePermission("providers:read").WithName("listRemoteModels").WithSummary("The models that a provider lists itself");
        providers.MapPost("/{id:guid}/import-models", ImportAsync).RequirePermission("models:create").WithName("importModels")
            .WithSummary("Make models with a route to this provider, all or none, with the shipped prices");
    }

    private static async Task<Ok<ProviderTestResult>> TestAsync(
        HttpContext http, ProviderTest body, NpgsqlDataSource database, ProviderRules rules, ProviderSecrets secrets, ProviderProbe probe, CancellationToken cancellationToken)
    {
        var provider = await CandidateAsync(http, body, database, rules, cancellationToken);
        var result = await TryAsync(secrets.Reach(provider), probe, cancellationToken);
        var entry = http.Audit("provider.test", "provider", body.ProviderId?.ToString() ?? "", after: new { provider.ProviderType, provider.BaseUrl, result.Ok, result.Status });
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await AuditOutbox.AppendAsync(transaction, entry, token);
                return entry.Id;
            },
            cancellationToken);
        return TypedResults.Ok(result);
    }

    private static async Task<ProviderTestResult> TryAsync(ProviderReach provider, ProviderProbe probe, CancellationToken cancellationToken)
    {
        try
        {
            var (models, latency) = await probe.ListModelsAsync(provider, cancellationToken);
            return new ProviderTestResult(true, StatusCodes.Status200OK, Math.Round(latency.TotalMilliseconds, 1), models.Count, null);
        }
        catch (ProbeException e)
        {
            return new ProviderTestResult(false, e.Status, null, null, e.Message);
        }
    }

    private static async Task<Ok<RemoteModels>> ListAsync(
        HttpContext http, Guid id, NpgsqlDataSource database, ProviderSecrets secrets, ProviderProbe probe, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        Provider provider;
        ILookup<string, string> known;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            provider = await ProviderStore.FindAsync(connection, orgId, id, forUpdate: false, cancellationToken) ?? throw Missing();
            known = await ImportStore.RoutesToAsync(connection, orgId, id, cancellationToken);
        }

        try
        {
            var (models, _) = await probe.ListModelsAsync(secrets.Reach(provider), cancellationToken);
            return TypedResults.Ok(new RemoteModels([.. models.Select(model => View(model, known, shipped))], shipped.Date));
        }
        catch (ProbeException e)
        {
            throw new ApiProblem(StatusCodes.Status502BadGateway, "provider_failed", "The provider did not list its models", e.Message).AsException();
        }
    }

    private static async Task<Ok<ModelImportResult>> ImportAsync(
        HttpContext http, Guid id, ModelImport body, CatalogChanges changes, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var wanted = ModelImporter.Read(body);
        var results = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var provider = await ProviderStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: false, token) ?? throw Missing();
                var importer = new ModelImporter(http, transaction, provider, shipped);
                return new Change<IReadOnlyList<ImportedModel>>(await importer.ImportAsync(wanted, token), [.. importer.Audit]);
            },
            cancellationToken);
        return TypedResults.Ok(new ModelImportResult(results));
    }

    /// <summary>The provider that is to be tried: the stored one, or one that lives for this test only.</summary>
    private static async Task<Provider> CandidateAsync(HttpContext http, ProviderTest body, NpgsqlDataSource database, ProviderRules rules, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var errors = new FieldErrors();
        Provider? provider = null;
        if (body.ProviderId is { } id)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            provider = await ProviderStore.FindAsync(connection, orgId, id, forUpdate: false, cancellationToken) ?? throw Missing();
            errors.Require(body.ProviderType is null || body.ProviderType == provider.ProviderType, "provider_type", "cannot be changed");
        }

        (string, string?)? stored = provider is null ? null : AddressOf(provider);
        if (provider is null)
        {
            errors.Require(Provider.Types.Contains(body.ProviderType), "provider_type", $"must be one of {string.Join(", ", Provider.Types)}")
                .Require(body.BaseUrl.IsSet, "base_url", "is required");
            provider = new Provider { Id = Guid.CreateVersion7(), OrgId = orgId, ProviderType = body.ProviderType ?? "" };
        }

        rules.Apply(provider, body.AsPatch(), errors);
        errors.ThrowIfAny();

        if (stored is not null && stored != AddressOf(provider))
            KeepStoredSecretsAtHome(provider, body, errors);
        return provider;
    }

    /// <summary>Stored secrets go to the address that they were stored with, and nowhere else: otherwise a test would be a way to read them.</summary>
    private static void KeepStoredSecretsAtHome(Provider provider, ProviderTest body, FieldErrors errors)
    {
        const string Again = "must be given again to try another address";
        errors.Require(provider.Keys.Count == 0 || body.ApiKey.IsSet || body.ApiKeys.IsSet, "api_key", Again)
            .Require(body.ApiKeys.Value?.Any(Masks.IsMask) is not true && (body.ApiKey.Value is not { } key || !Masks.IsMask(key)), "api_key", Again)
            .Require(provider.Headers.Count == 0 || body.Headers is { IsSet: true, Value: null }, "headers", "must be cleared to try another address")
            .Require(provider.ConfigSealed is null || provider.ProviderType != "bedrock", "base_url", "must be stored before it can be tried with the stored credentials")
            .ThrowIfAny();
    }

    private static (string, string?) AddressOf(Provider provider) =>
        (new Uri(provider.BaseUrl).GetLeftPart(UriPartial.Authority), JsonNode.Parse(provider.ConfigShown)!["endpoint"]?.GetValue<string>());

    private static RemoteModel View(UpstreamModel model, ILookup<string, string> known, ShippedPrices shipped) => new()
    {
        UpstreamModel = model.Id,
        DisplayName = model.DisplayName,
        ContextWindow = model.ContextWindow,
        MaxOutputTokens = model.MaxOutputTokens,
        Prices = shipped.Find(model.Id),
        ImportedAs = [.. known[model.Id]],
    };

    private static ApiProblemException Missing() => ApiProblem.NotFound("provider").AsException();
}
