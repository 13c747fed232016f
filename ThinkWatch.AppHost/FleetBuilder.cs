using Microsoft.Extensions.DependencyInjection;

namespace ThinkWatch.AppHost;

/// <summary>What every service of the fleet has in common, so that Program.cs is left with the diagram.</summary>
internal sealed class FleetBuilder
{
    private const int HttpPort = 8080; // inside a container
    private const int GrpcPort = 8081;

    private readonly IDistributedApplicationBuilder _builder;
    private readonly AppHostOptions _options;
    private readonly Fetch _fetch;
    private readonly Lazy<Secrets> _secrets;
    private readonly IResourceBuilder<ParameterResource> _internalToken;
    private readonly IResourceBuilder<ParameterResource> _encryptionKey;
    private readonly IResourceBuilder<ParameterResource> _retiredKeys;
    private readonly IResourceBuilder<ParameterResource> _jwtSecret;
    private readonly IResourceBuilder<ParameterResource> _metricsToken;
    private readonly List<FleetMember> _services = [];

    private FleetBuilder(IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        _builder = builder;
        _options = options;
        Paths = new Paths(Path.Combine(builder.AppHostDirectory, ".."), options.DataDirectory);
        _fetch = new Fetch(Paths);
        _secrets = new(() => Secrets.LoadOrCreate(Paths));
        _jwtSecret = Secret("jwt-secret", "JWT_SECRET");
        _encryptionKey = Secret("encryption-key", "ENCRYPTION_KEY");
        _retiredKeys = IsRun
            ? builder.AddParameter("encryption-keys-retired", () => _secrets.Value.RetiredKeys, secret: true)
            : builder.AddParameter("encryption-keys-retired", "", publishValueAsDefault: true, secret: true);
        _internalToken = Secret("internal-token", "INTERNAL_TOKEN");
        _metricsToken = Secret("metrics-bearer-token", "METRICS_BEARER_TOKEN");
    }

    public Paths Paths { get; }

    private bool IsRun => _builder.ExecutionContext.IsRunMode;

    private bool UsesEmbeddedStores => IsRun && !_options.Containers;

    public static FleetBuilder Create(IDistributedApplicationBuilder builder, AppHostOptions options) => new(builder, options);

    public Stores AddStores()
    {
        var password = Secret("postgres-password", Secrets.PostgresPassword);
        return UsesEmbeddedStores ? _builder.AddEmbeddedStores(Paths, _fetch, _options.Replicas, password) : _builder.AddContainerStores(password);
    }

    /// <summary>A service with REST and health on one port, gRPC on another; as many of it as were asked for. A deployment scales it by its own means.</summary>
    /// <param name="health">What has to be answered before edge opens its ports.</param>
    public FleetMember AddService(string name, string health = "/health/live")
    {
        var replicas = Enumerable.Range(1, IsRun ? _options.Replicas : 1).Select(n => Add(name, n == 1 ? name : $"{name}-{n}")
            .WithHttpEndpoint(targetPort: IsRun ? null : HttpPort, name: "http", env: "HTTP_PORT")
            .WithHttpEndpoint(targetPort: IsRun ? null : GrpcPort, name: "grpc", env: "GRPC_PORT")
            .WithEndpoint("grpc", grpc => grpc.Transport = "http2")
            .WithHttpHealthCheck(health, endpointName: "http"));
        return Member(new FleetMember(name, [.. replicas]));
    }

    /// <summary>The two ports that people and programs see. It opens them when all others are there.</summary>
    public FleetMember AddEdge()
    {
        var others = _services.ToArray();
        var edge = Member(new FleetMember("edge",
        [
            Add("edge", "edge")
                .WithHttpEndpoint(PublicPort(_options.GatewayPort), targetPort: IsRun ? null : 3000, name: "gateway", env: "GATEWAY_PORT")
                .WithHttpEndpoint(PublicPort(_options.ConsolePort), targetPort: IsRun ? null : 3001, name: "console", env: "CONSOLE_PORT")
                .WithExternalHttpEndpoints()
                .WithHttpHealthCheck("/health/live", endpointName: "gateway"),
        ]));
        foreach (var service in others)
            edge.WaitFor(service);
        return edge;
    }

    /// <summary>Imitated providers, so that a newcomer without an account sees calls answered. Never part of a deployment.</summary>
    public void AddProviderSimulator(FleetMember[] usedBy)
    {
        if (!IsRun)
            return;
        var simulator = _builder.AddProject("provider-simulator", "../eng/provider-simulator/ThinkWatch.ProviderSimulator.csproj")
            .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
            .WithEnvironment("BIND_ADDRESS", "127.0.0.1")
            .WithHttpHealthCheck("/health/live");
        foreach (var user in usedBy)
            user.WithReference(simulator);
    }

    /// <summary>Builds the console if its sources are newer than what was built last. In a deployment it is in edge's image.</summary>
    public void AddConsole(FleetMember servedBy)
    {
        if (!IsRun)
            return;
        servedBy.WithEnvironment("CONSOLE_ROOT", Paths.ConsoleBuild);
        if (_options.BuildConsole && ConsoleBuild.IsNeeded(Paths))
            servedBy.WaitForCompletion(ConsoleBuild.Add(_builder, Paths));
    }

    /// <summary>Runs until it is told to stop, or writes the manifest. Returns the exit code.</summary>
    public async Task<int> RunAsync(DistributedApplication application)
    {
        if (!IsRun)
        {
            await application.RunAsync();
            return 0;
        }

        using var dataDirectory = await DataDirectory.OpenAsync(Paths, _options.Reset);
        await application.RunAsync();
        return Environment.ExitCode;
    }

    /// <summary>Brings what the embedded stores need, and nothing else.</summary>
    public async Task<int> FetchAsync()
    {
        await _fetch.EnsureAsync(CancellationToken.None);
        return 0;
    }

    /// <summary>Called before the application is built: what has to be there before the first process starts, and who watches them.</summary>
    public void Prepare()
    {
        if (!IsRun)
            return;
        _builder.Services.AddSingleton(Paths);
        _builder.Services.AddHostedService<FleetWatch>();
        _builder.Eventing.Subscribe<BeforeStartEvent>(async (_, cancellationToken) =>
        {
            FreePorts.Require(_options);
            if (UsesEmbeddedStores)
            {
                await _fetch.EnsureAsync(cancellationToken);
                await new PostgresCluster(_fetch.PostgresBinaries, Paths.Of("postgres")).EnsureAsync(_secrets.Value[Secrets.PostgresPassword], cancellationToken);
                Paths.Ensure(Paths.Of("redis"));
                Paths.Ensure(Paths.Of("clickhouse"));
            }

            foreach (var replica in _services.SelectMany(static service => service.Replicas))
                Paths.Ensure(Paths.Of(replica.Resource.Name));
            Paths.Ensure(Paths.Bodies);
        });
    }

    /// <summary>Where body-offload keeps bodies when there is no object store.</summary>
    public string BodiesDirectory => IsRun ? Paths.Bodies : "/data/bodies";

    private static int? PublicPort(int port) => port == 0 ? null : port;

    private FleetMember Member(FleetMember member)
    {
        _services.Add(member);
        return member;
    }

    /// <summary>Each process has a directory of its own: a spool has one writer.</summary>
    private IResourceBuilder<ProjectResource> Add(string service, string name)
    {
        var project = $"ThinkWatch.{string.Concat(service.Split('-').Select(p => char.ToUpperInvariant(p[0]) + p[1..]))}.csproj";
        return _builder.AddProject(name, $"../services/{service}/{project}", o => o.ExcludeLaunchProfile = true)
            .DisableForwardedHeaders() // edge decides whom to trust
            .WithEnvironment("BIND_ADDRESS", IsRun ? "127.0.0.1" : "0.0.0.0")
            .WithEnvironment("DATA_DIR", IsRun ? Paths.Of(name) : "/data")
            .WithEnvironment("INTERNAL_TOKEN", _internalToken)
            .WithEnvironment("ENCRYPTION_KEY", _encryptionKey)
            .WithEnvironment("ENCRYPTION_KEYS_RETIRED", _retiredKeys)
            .WithEnvironment("JWT_SECRET", _jwtSecret)
            .WithEnvironment("METRICS_BEARER_TOKEN", _metricsToken);
    }

    private IResourceBuilder<ParameterResource> Secret(string name, string variable) =>
        IsRun ? _builder.AddParameter(name, () => _secrets.Value[variable], secret: true) : _builder.AddParameter(name, secret: true);
}
