namespace ThinkWatch.AppHost;

/// <summary>References, several at a time.</summary>
internal static class Wiring
{
    public static IResourceBuilder<ProjectResource> WithStores(this IResourceBuilder<ProjectResource> service, params Store?[] stores)
    {
        foreach (var store in stores.OfType<Store>())
            service.WithReference(store.ConnectionString, store.Name);
        return service;
    }

    public static IResourceBuilder<ProjectResource> WithReferences(
        this IResourceBuilder<ProjectResource> service, params IResourceBuilder<ProjectResource>[] others)
    {
        foreach (var other in others)
            service.WithReference(other);
        return service;
    }

    /// <summary>A directory that the service may write to.</summary>
    public static IResourceBuilder<ProjectResource> WithDirectory(this IResourceBuilder<ProjectResource> service, string variable, string path) =>
        service.WithEnvironment(variable, path);
}
