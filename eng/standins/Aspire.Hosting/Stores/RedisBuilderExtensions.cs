// Follows the public API of Aspire.Hosting.Redis 13.5.2, as far as ThinkWatch.AppHost uses it. The connection string
// has no conditional part for TLS: the manifests' consumers do not know those yet.
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.ApplicationModel
{
    public class RedisResource : ContainerResource, IResourceWithConnectionString
    {
        public RedisResource(string name, ParameterResource password)
            : base(name)
        {
            PasswordParameter = password;
            PrimaryEndpoint = new EndpointReference(this, "tcp");
        }

        public EndpointReference PrimaryEndpoint { get; }

        public ParameterResource PasswordParameter { get; }

        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
            $"{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)},password={PasswordParameter}");

        public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
        [
            new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}")),
            new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
            new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        ];
    }
}

namespace Aspire.Hosting
{
    public static class RedisBuilderExtensions
    {
        public static IResourceBuilder<RedisResource> AddRedis(
            this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
        {
            var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateGeneratedParameter(builder, $"{name}-password", special: false);
            return builder.AddResource(new RedisResource(name, secret) { Entrypoint = "/bin/sh" })
                .WithEndpoint(port: port, targetPort: 6379, scheme: "redis", name: "tcp")
                .WithImage("docker.io/library/redis", "8.6")
                .WithEnvironment("REDIS_PASSWORD", ReferenceExpression.Create($"{secret}"))
                .WithArgs(context =>
                {
                    var resource = builder.Resources.OfType<RedisResource>().Single(r => r.Name == name);
                    var save = resource.TryGetLastAnnotation<PersistenceAnnotation>(out var persistence)
                        ? $" --save {persistence.Interval.TotalSeconds:0} {persistence.KeysChanged}"
                        : "";
                    context.Args.Add("-c");
                    context.Args.Add($"redis-server --requirepass $REDIS_PASSWORD{save}");
                });
        }

        public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
        {
            builder.WithVolume(name ?? $"{builder.Resource.Name}-data", "/data", isReadOnly);
            return isReadOnly ? builder : builder.WithPersistence();
        }

        public static IResourceBuilder<RedisResource> WithPersistence(
            this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) =>
            builder.WithAnnotation(
                new PersistenceAnnotation(interval ?? TimeSpan.FromSeconds(60), keysChangedThreshold), ResourceAnnotationMutationBehavior.Replace);

        private sealed record PersistenceAnnotation(TimeSpan Interval, long KeysChanged) : IResourceAnnotation;
    }
}
