namespace ThinkWatch.AppHost;

/// <summary>A service as the diagram has it: one process, or several alike. What is said of it is said of each.</summary>
internal sealed class FleetMember(string name, IReadOnlyList<IResourceBuilder<ProjectResource>> replicas)
{
    private static readonly string[] Endpoints = ["http", "grpc"];

    public IReadOnlyList<IResourceBuilder<ProjectResource>> Replicas { get; } = replicas;

    public FleetMember WithStores(params Store?[] stores) => Each(replica =>
    {
        foreach (var store in stores.OfType<Store>())
            replica.WithReference(store.ConnectionString, store.Name);
    });

    public FleetMember WithReferences(params FleetMember[] others) => Each(replica =>
    {
        foreach (var other in others)
            other.Introduce(replica);
    });

    public FleetMember WithReference(IResourceBuilder<ProjectResource> other) => Each(replica => replica.WithReference(other));

    public FleetMember WithEnvironment(string variable, string value) => Each(replica => replica.WithEnvironment(variable, value));

    public void WaitFor(FleetMember other) => Each(replica =>
    {
        foreach (var awaited in other.Replicas)
            replica.WaitFor(awaited);
    });

    public void WaitForCompletion(IResourceBuilder<IResource> task) => Each(replica => replica.WaitForCompletion(task));

    /// <summary>Tells a service where all of these are: the second is <c>services__{name}__http__1</c>.</summary>
    private void Introduce(IResourceBuilder<ProjectResource> to)
    {
        to.WithReference(Replicas[0]);
        for (var i = 1; i < Replicas.Count; i++)
        {
            foreach (var endpoint in Endpoints)
                to.WithEnvironment($"services__{name}__{endpoint}__{i}", Replicas[i].GetEndpoint(endpoint));
        }
    }

    private FleetMember Each(Action<IResourceBuilder<ProjectResource>> configure)
    {
        foreach (var replica in Replicas)
            configure(replica);
        return this;
    }
}
