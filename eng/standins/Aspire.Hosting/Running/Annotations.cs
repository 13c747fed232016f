using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

internal sealed class HttpHealthCheckAnnotation(string? endpointName, string path, int statusCode) : IResourceAnnotation
{
    /// <summary>Null: the first HTTP endpoint.</summary>
    public string? EndpointName { get; } = endpointName;

    public string Path { get; } = path;

    public int StatusCode { get; } = statusCode;
}

/// <summary>The address of one replica of a service.</summary>
internal sealed class ReplicaUrl(EndpointReference endpoint, int replica) : IValueProvider
{
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var ports = await endpoint.EndpointAnnotation.AllocatedPorts.WaitAsync(cancellationToken);
        return endpoint.Property(EndpointProperty.Url).Format(ports[replica]);
    }
}
