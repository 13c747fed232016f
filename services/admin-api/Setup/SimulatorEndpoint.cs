using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Providers;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AdminApi.Setup;

/// <summary>What <c>POST /api/setup/simulator</c> answers.</summary>
internal sealed record SimulatorView(Guid ProviderId, IReadOnlyList<string> Models);

/// <summary>"Try with simulated models": a provider that is plainly marked as simulated, with models that behave differently.</summary>
internal static class SimulatorEndpoint
{
    public const string ProviderName = "simulator";

    private static readonly SimulatedModel[] _models =
    [
        new("sim-gpt", "Simulated chat", "sim-chat"),
        new("sim-tools", "Simulated tool calls", "sim-tools"),
        new("sim-slow", "Simulated slow answers", "sim-slow"),
        new("sim-error-500", "Simulated failures", "sim-error-500"),
    ];

    /// <summary>Like a mid-range model's, so that costs show.</summary>
    private static readonly Prices _prices = new() { InputPrice = 0.5m, OutputPrice = 1.5m, CachedInputPrice = 0.25m };

    public static void MapSimulator(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/setup/simulator", AddAsync).WithTags("Set-up").RequirePermission("providers:create").WithName("addSimulator")
            .WithSummary("Add the simulated provider and its models; does nothing where they exist");

    /// <summary>Null where no simulator runs.</summary>
    public static string? BaseUrl(FleetAddresses addresses) => addresses.First("provider-simulator", "http") is { } address ? new Uri(address, "/v1").ToString() : null;

    private static async Task<Ok<SimulatorView>> AddAsync(
        HttpContext http, FleetAddresses addresses, ProviderRules rules, CatalogChanges changes, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        caller.MustHold("models:create");
        var baseUrl = BaseUrl(addresses) ?? throw ApiProblem.Unavailable("The provider simulator does not run in this installation.").AsException();

        var view = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var audit = new List<AuditEntry>();
                var provider = await ProviderAsync(http, transaction, caller.OrgId(), baseUrl, rules, audit, token);
                foreach (var model in _models)
                    await ModelAsync(http, transaction, provider, model, shipped, audit, token);
                return new Change<SimulatorView>(new(provider.Id, [.. _models.Select(static model => model.ModelId)]), [.. audit]);
            },
            cancellationToken);
        return TypedResults.Ok(view);
    }

    /// <summary>The provider of that name; the simulator's port may be another than when it was added.</summary>
    private static async Task<Provider> ProviderAsync(
        HttpContext http, Npgsql.NpgsqlTransaction transaction, Guid orgId, string baseUrl, ProviderRules rules, List<AuditEntry> audit, CancellationToken cancellationToken)
    {
        var known = await ProviderStore.FindByNameAsync(transaction.Connection!, orgId, ProviderName, cancellationToken);
        if (known is { Simulated: false })
            throw ApiProblem.Conflict($"A provider named {ProviderName} exists that is not the simulator.").AsException();
        if (known is not null && known.BaseUrl == baseUrl && known.Enabled)
            return known;

        var before = known?.View();
        var provider = known ?? new Provider { Id = Guid.CreateVersion7(), OrgId = orgId, ProviderType = "custom", Simulated = true };
        var errors = new FieldErrors();
        rules.Apply(
            provider,
            new ProviderPatch { Name = new(ProviderName), DisplayName = new("Simulated models"), BaseUrl = new(baseUrl), AllowPrivateNetwork = new(true), Enabled = new(true) },
            errors);
        errors.ThrowIfAny();
        if (known is null)
            await ProviderStore.InsertAsync(transaction, provider, cancellationToken);
        else
            await ProviderStore.UpdateAsync(transaction, provider, cancellationToken);
        audit.Add(http.Audit(known is null ? "provider.create" : "provider.update", "provider", provider.Id.ToString(), before, provider.View()));
        return provider;
    }

    private static async Task ModelAsync(
        HttpContext http, Npgsql.NpgsqlTransaction transaction, Provider provider, SimulatedModel simulated, ShippedPrices shipped, List<AuditEntry> audit, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var model = await ModelStore.FindAsync(connection, provider.OrgId, simulated.ModelId, forUpdate: true, cancellationToken);
        if (model is null)
        {
            model = new Model
            {
                Id = Guid.CreateVersion7(),
                OrgId = provider.OrgId,
                ModelId = simulated.ModelId,
                DisplayName = simulated.DisplayName,
                Prices = _prices,
                ContextWindow = 128_000,
                MaxOutputTokens = 16_384,
                Tags = ["simulated"],
            };
            await ModelStore.InsertAsync(transaction, model, cancellationToken);
            audit.Add(http.Audit("model.create", "model", model.Id.ToString(), after: model.View([], shipped)));
        }

        var routes = await RouteStore.ListAsync(connection, provider.OrgId, [model.Id], cancellationToken);
        if (routes.Exists(route => route.ProviderId == provider.Id))
            return;
        var added = new ModelRoute { Id = Guid.CreateVersion7(), OrgId = provider.OrgId, ModelId = model.Id, ProviderId = provider.Id, UpstreamModel = simulated.UpstreamModel };
        await RouteStore.InsertAsync(transaction, added, cancellationToken);
        audit.Add(http.Audit("model_route.create", "model_route", added.Id.ToString(), after: added.View()));
    }

    private sealed record SimulatedModel(string ModelId, string DisplayName, string UpstreamModel);
}
