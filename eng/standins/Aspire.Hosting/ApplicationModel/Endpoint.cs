using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A port that a resource listens on. In run mode there is no proxy before it: port and target port are the same.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource<int[]> _ports = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _transport;

    public EndpointAnnotation(
        ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null,
        int? port = null, int? targetPort = null, bool? isExternal = null, bool? isProxied = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? "tcp";
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied ?? true;
        _transport = transport;
    }

    public string Name { get; set; }

    public ProtocolType Protocol { get; set; }

    public string UriScheme { get; set; }

    public int? Port { get; set; }

    public int? TargetPort { get; set; }

    public bool IsExternal { get; set; }

    public bool IsProxied { get; set; }

    /// <summary>The environment variable that tells the process which port to listen on.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    public string Transport
    {
        get => _transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        set => _transport = value;
    }

    internal bool IsHttp => UriScheme is "http" or "https";

    /// <summary>One port a replica, once they are chosen; they stay for the life of the application.</summary>
    internal Task<int[]> AllocatedPorts => _ports.Task;

    internal void Allocate(int[] ports) => _ports.TrySetResult(ports);

    internal int PortOf(int replica) => _ports.Task.IsCompletedSuccessfully
#pragma warning disable VSTHRD002 // the task has completed
        ? _ports.Task.Result[replica]
#pragma warning restore VSTHRD002
        : throw new InvalidOperationException($"The endpoint '{Name}' has no port before the application starts.");
}

public enum EndpointProperty
{
    Url,
    Host,
    IPV4Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}

/// <summary>An endpoint named by its resource and its name; it need not exist yet.</summary>
public sealed class EndpointReference : IExpressionValue, IValueWithReferences
{
    private EndpointAnnotation? _annotation;

    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        Resource = owner;
        EndpointName = endpointName;
    }

    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
        : this(owner, endpoint.Name) => _annotation = endpoint;

    public IResourceWithEndpoints Resource { get; }

    public string EndpointName { get; }

    public bool Exists => Find() is not null;

    public bool IsHttp => EndpointAnnotation.IsHttp;

    public string Scheme => EndpointAnnotation.UriScheme;

    public int Port => EndpointAnnotation.PortOf(replica: 0);

    public int? TargetPort => EndpointAnnotation.TargetPort;

    public string Host => "127.0.0.1";

    public string Url => $"{Scheme}://{Host}:{Port}";

    public bool IsAllocated => EndpointAnnotation.AllocatedPorts.IsCompletedSuccessfully;

    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException($"The resource '{Resource.Name}' has no endpoint '{EndpointName}'.");

    public string ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    public IEnumerable<object> References => [Resource];

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    private EndpointAnnotation? Find() => _annotation ??= Resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>One property of an endpoint, as a value (run mode) or an expression (manifest).</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IExpressionValue, IValueWithReferences
{
    public EndpointReference Endpoint { get; } = endpointReference;

    public EndpointProperty Property { get; } = property;

    public IEnumerable<object> References => [Endpoint];

    public string ValueExpression =>
        $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Property switch
        {
            EndpointProperty.Url => "url",
            EndpointProperty.Host or EndpointProperty.IPV4Host => "host",
            EndpointProperty.Port => "port",
            EndpointProperty.Scheme => "scheme",
            EndpointProperty.TargetPort => "targetPort",
            _ => "hostAndPort",
        }}}}";

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        if (Property == EndpointProperty.Scheme)
            return Endpoint.Scheme;
        var ports = await Endpoint.EndpointAnnotation.AllocatedPorts.WaitAsync(cancellationToken);
        return Format(ports[0]);
    }

    internal string Format(int port) => Property switch
    {
        EndpointProperty.Url => $"{Endpoint.Scheme}://{Endpoint.Host}:{port}",
        EndpointProperty.Host or EndpointProperty.IPV4Host => Endpoint.Host,
        EndpointProperty.Port or EndpointProperty.TargetPort => $"{port}",
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{port}",
        _ => Endpoint.Scheme,
    };
}
