using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Published before anything is started or published; a subscriber that throws stops the start.</summary>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    public IServiceProvider Services { get; } = services;

    public DistributedApplicationModel Model { get; } = model;
}

public class DistributedApplicationModel(IEnumerable<IResource> resources)
{
    /// <summary>In the order of declaration.</summary>
    public IEnumerable<IResource> Resources { get; } = resources;
}
