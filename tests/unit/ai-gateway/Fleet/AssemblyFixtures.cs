[assembly: CollectionBehavior(DisableTestParallelization = true)] // Some tests switch a peer of all of them off.
[assembly: AssemblyFixture(typeof(ThinkWatch.AiGateway.Tests.Fleet.GatewayFixture))]
