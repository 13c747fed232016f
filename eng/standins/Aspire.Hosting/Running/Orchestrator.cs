using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Running;

/// <summary>Run mode: chooses the ports, starts a supervisor for every process, and stops them in the reverse of the order of declaration.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model, DistributedApplicationExecutionContext context, ResourceNotificationService notifications,
    HealthCheckService checks, ApplicationConsole console) : IHostedService, IDisposable
{
    private readonly HealthProbe _health = new(checks);
    private readonly List<Supervisor> _supervisors = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resources = model.Resources.ToList();
        if (resources.OfType<ContainerResource>().FirstOrDefault() is { } container)
        {
            throw new DistributedApplicationException(
                $"'{container.Name}' is a container, and this build of the AppHost cannot run containers. Build with -p:UseStandIns=false, or use the embedded stores.");
        }

        new PortAllocator().Allocate(resources);
        var tasks = resources.SelectMany(r => r.Annotations.OfType<WaitAnnotation>())
            .Where(w => w.WaitType == WaitType.WaitForCompletion).Select(w => w.Resource).ToHashSet();
        foreach (var resource in resources.Where(r => r is ExecutableResource or ProjectResource))
        {
            for (var replica = 0; replica < resource.GetReplicaCount(); replica++)
                _supervisors.Add(new Supervisor(resource, replica, context, notifications, _health, console) { IsTask = tasks.Contains(resource) });
        }

        foreach (var supervisor in _supervisors)
            supervisor.Announce();
        console.Show();
        foreach (var supervisor in _supervisors)
            supervisor.Start();
        return Task.CompletedTask;
    }

    /// <summary>A resource is stopped when those declared after it that use it have ended. The token's end means: now, by force.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var stops = new Dictionary<Supervisor, Task>();
        for (var i = _supervisors.Count - 1; i >= 0; i--)
        {
            var supervisor = _supervisors[i];
            var users = stops.Where(s => Uses(s.Key.Resource, supervisor.Resource)).Select(s => s.Value).ToArray();
            stops[supervisor] = StopAfterAsync(users, supervisor, cancellationToken);
        }

        await Task.WhenAll(stops.Values);
        await console.CloseAsync();
    }

    public void Dispose() => _health.Dispose();

    private static async Task StopAfterAsync(Task[] users, Supervisor supervisor, CancellationToken cancellationToken)
    {
        await Task.WhenAll(users);
        await supervisor.StopAsync(cancellationToken);
    }

    private static bool Uses(IResource user, IResource used) =>
        user.Annotations.OfType<WaitAnnotation>().Any(w => Reaches(w.Resource, used))
        || user.Annotations.OfType<ResourceRelationshipAnnotation>().Any(r => Reaches(r.Resource, used));

    /// <summary>A connection string is a way to the process behind it.</summary>
    private static bool Reaches(IResource target, IResource used) =>
        target == used || (target is ConnectionStringResource connection && Mentions(connection.ConnectionStringExpression, used));

    private static bool Mentions(object value, IResource used) =>
        ReferenceEquals(value, used) || (value is IValueWithReferences { References: var references } && references.Any(r => Mentions(r, used)));
}
