using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>
/// <c>WithReference</c>: <c>services__{name}__{endpoint}__{n}</c> for services,
/// <c>ConnectionStrings__{name}</c> and its parts for stores.
/// </summary>
public static class ReferenceExtensions
{
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment => builder.WithReference(source, source.Resource.Name);

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment =>
        builder.WithRelationship(source.Resource).WithEnvironment(context =>
        {
            // Read late: an endpoint may be declared after the reference.
            foreach (var endpoint in source.Resource.GetEndpoints())
                AddEndpoint(context, endpoint, name);
        });

    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithRelationship(endpointReference.Resource)
            .WithEnvironment(context => AddEndpoint(context, endpointReference, endpointReference.Resource.Name));

    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment => builder.WithEnvironment($"services__{name}__default__0", uri.ToString());

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var store = source.Resource;
        var name = connectionName ?? store.Name;
        return builder.WithRelationship(store).WithEnvironment(async context =>
        {
            if (optional && context.ExecutionContext.IsRunMode && string.IsNullOrEmpty(await store.GetConnectionStringAsync(context.CancellationToken)))
                return;
            context.EnvironmentVariables[store.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = store;
            foreach (var (property, value) in store.GetConnectionProperties())
                context.EnvironmentVariables[$"{VariableName(name)}_{VariableName(property)}"] = value;
        });
    }

    private static void AddEndpoint(EnvironmentCallbackContext context, EndpointReference endpoint, string name)
    {
        context.EnvironmentVariables[$"{VariableName(name)}_{VariableName(endpoint.EndpointName)}"] = endpoint;
        context.EnvironmentVariables[$"services__{name}__{endpoint.EndpointName}__0"] = endpoint;
        if (context.ExecutionContext.IsPublishMode)
            return; // a cluster balances over replicas behind one address
        for (var replica = 1; replica < endpoint.Resource.GetReplicaCount(); replica++)
            context.EnvironmentVariables[$"services__{name}__{endpoint.EndpointName}__{replica}"] = new ReplicaUrl(endpoint, replica);
    }

    private static string VariableName(string name) => name.Replace('-', '_').ToUpperInvariant();
}
