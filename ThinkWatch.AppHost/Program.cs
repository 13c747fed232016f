using ThinkWatch.AppHost;

Interrupts.Accept();
var options = AppHostOptions.Parse(args);
if (options is null)
    return AppHostOptions.ExitCode;

try
{
    var builder = DistributedApplication.CreateBuilder(options.AspireArguments);
    var fleet = FleetBuilder.Create(builder, options);
    if (options.FetchOnly)
        return await fleet.FetchAsync();

    var stores = fleet.AddStores();

    var bodyOffload = fleet.AddService("body-offload").WithEnvironment("BODIES_DIRECTORY", fleet.BodiesDirectory);
    var auditIngest = fleet.AddService("audit-ingest").WithStores(stores.Postgres, stores.ClickHouse, stores.Kafka).WithReferences(bodyOffload);
    var adminApi = fleet.AddService("admin-api").WithStores(stores.Postgres, stores.Redis, stores.ClickHouse, stores.Kafka).WithReferences(bodyOffload, auditIngest);
    var identity = fleet.AddService("identity").WithStores(stores.Postgres, stores.Redis, stores.Kafka).WithReferences(auditIngest);
    var limits = fleet.AddService("limits", health: "/health/ready") // not before a check can be made in time
        .WithStores(stores.Postgres, stores.Redis, stores.Kafka).WithReferences(auditIngest);
    var mcpGateway = fleet.AddService("mcp-gateway").WithStores(stores.Postgres, stores.Redis, stores.Kafka).WithReferences(limits, auditIngest, bodyOffload);
    var aiGateway = fleet.AddService("ai-gateway").WithStores(stores.Redis, stores.Kafka).WithReferences(limits, auditIngest, bodyOffload);
    var edge = fleet.AddEdge().WithReferences(aiGateway, mcpGateway, identity, limits, auditIngest, adminApi);

    // Everybody asks identity who is calling and admin-api for the settings; admin-api asks everybody how they are.
    foreach (var service in (FleetMember[])[bodyOffload, auditIngest, limits, mcpGateway, aiGateway])
        service.WithReferences(identity, adminApi);
    identity.WithReferences(adminApi);
    auditIngest.WithReferences(limits); // for calls that their gateway could not settle
    adminApi.WithReferences(identity, limits, mcpGateway, aiGateway, edge);

    fleet.AddProviderSimulator(usedBy: [adminApi, identity]);
    fleet.AddConsole(servedBy: edge);

    fleet.Prepare();
    await using var application = builder.Build();
    return await fleet.RunAsync(application);
}
catch (Exception e) when (e is AppHostException or DistributedApplicationException)
{
    await Console.Error.WriteLineAsync($"ThinkWatch cannot run: {e.Message}");
    return 1;
}
