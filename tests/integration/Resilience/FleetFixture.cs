using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>A whole fleet, set up with the simulated models.</summary>
public sealed class FleetFixture : IAsyncLifetime
{
    private FleetProcess? _fleet;
    private Administrator? _admin;

    public FleetProcess Fleet => _fleet!;

    public Administrator Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await FleetProcess.StartAsync();
        _admin = await Administrator.SetUpAsync(_fleet, CancellationToken.None);
        await _admin.AddSimulatedModelAsync("sim-chat", CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_fleet is not null) await _fleet.DisposeAsync();
    }
}

/// <summary>The tests that share one fleet, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class FleetCollection : ICollectionFixture<FleetFixture>
{
    public const string Name = "fleet";
}
