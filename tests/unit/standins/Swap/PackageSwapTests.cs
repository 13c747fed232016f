using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace ThinkWatch.StandIns.Tests.Swap;

/// <summary>Project files name the real packages; whether a stand-in takes their place is one property.</summary>
public sealed class PackageSwapTests
{
    private static readonly string _root = typeof(PackageSwapTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepoRoot").Value!;

    [Theory]
    [InlineData("contracts/ThinkWatch.Contracts.csproj", "Grpc.Core.Api", "ThinkWatch.StandIns.Grpc")]
    [InlineData("ThinkWatch.ServiceDefaults/ThinkWatch.ServiceDefaults.csproj", "Grpc.AspNetCore", "ThinkWatch.StandIns.Grpc")]
    [InlineData("ThinkWatch.AppHost/ThinkWatch.AppHost.csproj", "Aspire.Hosting.AppHost", "ThinkWatch.StandIns.AspireHosting")]
    public async Task Package_WithStandIns_IsReplacedByItsProject(string project, string package, string standIn)
    {
        var (packages, projects) = await EvaluateAsync(project, useStandIns: true);

        packages.ShouldNotContain(package);
        projects.ShouldContain(reference => reference.EndsWith($"{standIn}.csproj", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("contracts/ThinkWatch.Contracts.csproj", "Grpc.Core.Api")]
    [InlineData("ThinkWatch.ServiceDefaults/ThinkWatch.ServiceDefaults.csproj", "Grpc.AspNetCore")]
    [InlineData("services/edge/ThinkWatch.Edge.csproj", "Yarp.ReverseProxy")]
    public async Task Package_WithoutStandIns_IsTheRealOne(string project, string package)
    {
        var (packages, projects) = await EvaluateAsync(project, useStandIns: false);

        packages.ShouldContain(package);
        projects.ShouldNotContain(reference => reference.Contains("standins", StringComparison.Ordinal));
    }

    private static async Task<(string[] Packages, string[] Projects)> EvaluateAsync(string project, bool useStandIns)
    {
        string[] arguments = ["msbuild", Path.Combine(_root, project), $"-p:UseStandIns={(useStandIns ? "true" : "false")}", "-getItem:PackageReference,ProjectReference"];
        var start = new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true };

        // A test run started by msbuild hands its own settings down.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using var msbuild = Process.Start(start)!;
        var output = await msbuild.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await msbuild.WaitForExitAsync(TestContext.Current.CancellationToken);
        msbuild.ExitCode.ShouldBe(0, output);

        using var items = JsonDocument.Parse(output);
        string[] Names(string type) =>
            [.. items.RootElement.GetProperty("Items").GetProperty(type).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];
        return (Names("PackageReference"), Names("ProjectReference"));
    }
}
