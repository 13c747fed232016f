using System.Runtime.InteropServices;
using System.Xml.Linq;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>One process to start: what a resource's declaration comes down to for one replica.</summary>
internal sealed record LaunchPlan(string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    public static async Task<LaunchPlan> CreateAsync(
        IResource resource, int replica, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
    {
        var arguments = new List<string>();
        var (command, workingDirectory) = resource switch
        {
            ExecutableResource executable => (executable.Command, executable.WorkingDirectory),
            ProjectResource project => BuiltProject(project, arguments),
            _ => throw new DistributedApplicationException($"'{resource.Name}' cannot be started."),
        };

        foreach (var argument in await ArgumentsAsync(resource, cancellationToken))
            arguments.Add(await ResolveAsync(argument, resource, replica, cancellationToken) ?? "");

        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in await EnvironmentAsync(resource, context, cancellationToken))
        {
            if (await ResolveAsync(value, resource, replica, cancellationToken) is { } text)
                environment[name] = text;
        }

        return new(command, arguments, workingDirectory, environment);
    }

    internal static async Task<IList<object>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var arguments = new CommandLineArgsCallbackContext([], cancellationToken);
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await callback.Callback(arguments);
        return arguments.Args;
    }

    internal static async Task<Dictionary<string, object>> EnvironmentAsync(
        IResource resource, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken);
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await callback.Callback(context);
        return context.EnvironmentVariables;
    }

    /// <summary>A resource's own endpoints resolve to the port of the replica that is being started.</summary>
    private static async ValueTask<string?> ResolveAsync(object value, IResource self, int replica, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case string text:
                return text;
            case EndpointReference endpoint:
                return await ResolveAsync(endpoint.Property(EndpointProperty.Url), self, replica, cancellationToken);
            case EndpointReferenceExpression own when own.Endpoint.Resource == self:
                var ports = await own.Endpoint.EndpointAnnotation.AllocatedPorts.WaitAsync(cancellationToken);
                return own.Format(ports[replica]);
            case ReferenceExpression expression:
                var parts = new object?[expression.ValueProviders.Count];
                for (var i = 0; i < parts.Length; i++)
                    parts[i] = await ResolveAsync(expression.ValueProviders[i], self, replica, cancellationToken);
                return string.Format(expression.Format, parts);
            case IValueProvider provider:
                return await provider.GetValueAsync(cancellationToken);
            default:
                return value.ToString();
        }
    }

    /// <summary>The project's assembly, built with the configuration and for the framework that the AppHost itself was built with.</summary>
    private static (string Command, string WorkingDirectory) BuiltProject(ProjectResource project, List<string> arguments)
    {
        if (!project.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var metadata) || !File.Exists(metadata.ProjectPath))
            throw new DistributedApplicationException($"The project of '{project.Name}' is not at {metadata?.ProjectPath}.");

        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var name = XDocument.Load(metadata.ProjectPath).Descendants("AssemblyName").FirstOrDefault()?.Value
            ?? Path.GetFileNameWithoutExtension(metadata.ProjectPath);
        var directory = Path.GetDirectoryName(metadata.ProjectPath)!;
        var assembly = Path.Combine(directory, "bin", own.Parent!.Name, own.Name, $"{name}.dll");
        if (!File.Exists(assembly))
            throw new DistributedApplicationException($"'{project.Name}' is not built: {assembly} is missing. Build the AppHost's project first.");

        arguments.Add("exec");
        arguments.Add(assembly);
        return (DotnetPath(), directory);
    }

    /// <summary>The dotnet that runs this process, which need not be on the PATH.</summary>
    private static string DotnetPath()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var path = Path.Combine(root, "dotnet");
        return File.Exists(path) ? path : "dotnet";
    }
}
