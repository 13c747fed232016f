using System.Reflection;

namespace ThinkWatch.ServiceDefaults;

/// <summary>Which service this process is. <see cref="DataDirectory"/> exists, is private to the service and survives restarts.</summary>
public sealed record ServiceIdentity(string Name, string Version, string InstanceId, string DataDirectory)
{
    internal static ServiceIdentity Create(string name, string? dataDirectory)
    {
        var version = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var directory = dataDirectory ?? Path.Combine(Path.GetTempPath(), "thinkwatch", name);
        Directory.CreateDirectory(directory);
        return new ServiceIdentity(name, version.Split('+')[0], $"{Environment.MachineName}-{Environment.ProcessId}", Path.GetFullPath(directory));
    }
}
