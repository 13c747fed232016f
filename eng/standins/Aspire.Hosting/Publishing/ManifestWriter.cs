using System.Text.Encodings.Web;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.Publishing;

/// <summary>Writes the application's manifest in the format of Aspire 13.5: container.v0, project.v0, executable.v0, value.v0, parameter.v0.</summary>
internal sealed class ManifestWriter
{
    private readonly DistributedApplicationExecutionContext _context;
    private readonly string _directory;
    private readonly Utf8JsonWriter _json;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<string, IResource> _referenced = [];

    private ManifestWriter(DistributedApplicationExecutionContext context, string directory, Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        _context = context;
        _directory = directory;
        _json = json;
        _cancellationToken = cancellationToken;
    }

    /// <summary>To that file, or to aspire-manifest.json in that directory.</summary>
    public static async Task WriteAsync(
        DistributedApplicationModel model, DistributedApplicationExecutionContext context, string outputPath, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(outputPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? outputPath : Path.Combine(outputPath, "aspire-manifest.json"));
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        var text = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        await using (var json = new Utf8JsonWriter(text, options))
            await new ManifestWriter(context, directory, json, cancellationToken).WriteModelAsync(model);
        text.WriteByte((byte)'\n');
        await File.WriteAllBytesAsync(path, text.ToArray(), cancellationToken);
    }

    private async Task WriteModelAsync(DistributedApplicationModel model)
    {
        var own = model.Resources.Where(r => !r.Annotations.OfType<ExcludedFromManifestAnnotation>().Any()).ToList();
        _json.WriteStartObject();
        _json.WriteStartObject("resources");
        foreach (var resource in own)
            await WriteResourceAsync(resource);

        // Parameters that nobody added by name, but that something uses, such as a generated password.
        foreach (var resource in _referenced.Values.Where(r => own.All(o => o.Name != r.Name)).ToList())
            await WriteResourceAsync(resource);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private async Task WriteResourceAsync(IResource resource)
    {
        _json.WriteStartObject(resource.Name);
        switch (resource)
        {
            case ContainerResource container:
                _json.WriteString("type", "container.v0");
                WriteConnectionString(container);
                WriteImage(container);
                await WriteArgumentsAsync(container);
                WriteMounts(container);
                await WriteEnvironmentAsync(container);
                WriteBindings(container);
                break;
            case ProjectResource project:
                _json.WriteString("type", "project.v0");
                _json.WriteString("path", Relative(project.Annotations.OfType<ProjectMetadataAnnotation>().Last().ProjectPath));
                await WriteArgumentsAsync(project);
                await WriteEnvironmentAsync(project);
                WriteBindings(project);
                break;
            case ExecutableResource executable:
                _json.WriteString("type", "executable.v0");
                _json.WriteString("workingDirectory", Relative(executable.WorkingDirectory));
                _json.WriteString("command", executable.Command);
                await WriteArgumentsAsync(executable);
                await WriteEnvironmentAsync(executable);
                WriteBindings(executable);
                break;
            case ParameterResource parameter:
                WriteParameter(parameter, isConnectionString: false);
                break;
            case ExternalConnectionString external:
                WriteParameter(external.Value, isConnectionString: true);
                break;
            case IResourceWithConnectionString:
                _json.WriteString("type", "value.v0");
                WriteConnectionString(resource);
                break;
            default:
                _json.WriteString("error", "This resource does not support generation in the manifest.");
                break;
        }

        _json.WriteEndObject();
    }

    private void WriteConnectionString(IResource resource)
    {
        if (resource is IResourceWithConnectionString { ConnectionStringExpression: var expression })
            _json.WriteString("connectionString", Expression(expression));
    }

    private void WriteImage(ContainerResource container)
    {
        if (!container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image))
            throw new DistributedApplicationException($"The container '{container.Name}' has no image.");
        _json.WriteString("image", $"{image.Image}:{image.Tag}");
        if (container.Entrypoint is not null)
            _json.WriteString("entrypoint", container.Entrypoint);
    }

    private void WriteParameter(ParameterResource parameter, bool isConnectionString)
    {
        _json.WriteString("type", "parameter.v0");
        if (isConnectionString)
            _json.WriteString("connectionString", parameter.ValueExpression);
        _json.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        _json.WriteStartObject("inputs");
        _json.WriteStartObject("value");
        _json.WriteString("type", "string");
        if (parameter.Secret)
            _json.WriteBoolean("secret", value: true);
        if (parameter.Default is not null)
        {
            _json.WriteStartObject("default");
            parameter.Default.WriteToManifest(_json);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private async Task WriteArgumentsAsync(IResource resource)
    {
        var arguments = await LaunchPlan.ArgumentsAsync(resource, _cancellationToken);
        if (arguments.Count == 0)
            return;
        _json.WriteStartArray("args");
        foreach (var argument in arguments)
            _json.WriteStringValue(Expression(argument));
        _json.WriteEndArray();
    }

    private async Task WriteEnvironmentAsync(IResource resource)
    {
        var variables = await LaunchPlan.EnvironmentAsync(resource, _context, _cancellationToken);
        if (variables.Count == 0)
            return;
        _json.WriteStartObject("env");
        foreach (var (name, value) in variables)
            _json.WriteString(name, Expression(value));
        _json.WriteEndObject();
    }

    private void WriteMounts(ContainerResource container)
    {
        var mounts = container.Annotations.OfType<ContainerMountAnnotation>().ToList();
        foreach (var (property, type, source) in ((string, ContainerMountType, string)[])
            [("bindMounts", ContainerMountType.BindMount, "source"), ("volumes", ContainerMountType.Volume, "name")])
        {
            if (mounts.All(m => m.Type != type))
                continue;
            _json.WriteStartArray(property);
            foreach (var mount in mounts.Where(m => m.Type == type))
            {
                _json.WriteStartObject();
                if (mount.Source is not null)
                    _json.WriteString(source, type == ContainerMountType.BindMount ? Relative(mount.Source) : mount.Source);
                _json.WriteString("target", mount.Target);
                _json.WriteBoolean("readOnly", mount.IsReadOnly);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }
    }

    private void WriteBindings(IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        if (endpoints.Count == 0)
            return;
        _json.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
        {
            _json.WriteStartObject(endpoint.Name);
            _json.WriteString("scheme", endpoint.UriScheme);
            _json.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
            _json.WriteString("transport", endpoint.Transport);
            if (endpoint.Port is { } port && port != endpoint.TargetPort)
                _json.WriteNumber("port", port);
            if (endpoint.TargetPort is { } target)
                _json.WriteNumber("targetPort", target);
            if (endpoint.IsExternal)
                _json.WriteBoolean("external", value: true);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private string Expression(object value)
    {
        Remember(value);
        return value is IManifestExpressionProvider expression ? expression.ValueExpression : value.ToString() ?? "";
    }

    private void Remember(object value)
    {
        if (value is IResource resource)
            _referenced.TryAdd(resource.Name, resource);
        else if (value is IValueWithReferences { References: var references })
        {
            foreach (var reference in references)
                Remember(reference);
        }
    }

    private string Relative(string path) => Path.GetRelativePath(_directory, path).Replace('\\', '/');
}
