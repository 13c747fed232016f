using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.Settings;

namespace ThinkWatch.Libraries.Tests.Settings;

public sealed class SettingsRegistryTests
{
    private static readonly PropertyInfo[] _declared = [.. typeof(SettingsRegistry).GetNestedTypes()
        .SelectMany(static group => group.GetProperties(BindingFlags.Public | BindingFlags.Static))
        .Where(static property => typeof(Setting).IsAssignableFrom(property.PropertyType))];

    [Fact]
    public void All_HoldsEverySettingThatIsDeclared_Once()
    {
        _declared.Select(static property => (Setting)property.GetValue(null)!).ShouldBe(SettingsRegistry.All, ignoreOrder: true);
        SettingsRegistry.ByKey.Count.ShouldBe(SettingsRegistry.All.Count);
    }

    [Fact]
    public void EverySetting_AcceptsItsOwnDefault_AndRefusesAnObject()
    {
        foreach (var setting in SettingsRegistry.All)
        {
            setting.Validate(JsonSerializer.SerializeToElement(setting.DefaultJson)).ShouldBeNull(setting.Key);
            setting.Validate(JsonSerializer.SerializeToElement(new { })).ShouldNotBeNull(setting.Key);
            setting.Key.ShouldMatch("^[a-z_]+\\.[a-z0-9_]+$");
            setting.Description.ShouldNotBeNullOrWhiteSpace();
            new[] { "general", "authentication", "gateway", "security", "api_keys", "audit", "mcp" }.ShouldContain(setting.Tab);
        }
    }

    [Fact]
    public void EverySetting_IsReadBySomething()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "ThinkWatch.sln")))
            root = root.Parent;
        var sources = new[] { "services", "libraries" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root!.FullName, folder), "*.cs", SearchOption.AllDirectories))
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.EndsWith("/SettingsRegistry.cs", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .ToList();
        var unread = _declared
            .Where(property => !sources.Exists(source => Regex.IsMatch(source, $@"\b{property.DeclaringType!.Name}\.{property.Name}\b")))
            .Select(static property => ((Setting)property.GetValue(null)!).Key);
        unread.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gateway.retry_max", "11", false)]
    [InlineData("gateway.retry_max", "10", true)]
    [InlineData("gateway.retry_max", "1.5", false)]
    [InlineData("gateway.retry_max", "\"3\"", false)]
    [InlineData("gateway.body_limit_bytes", "99999999999999999999", false)]
    [InlineData("security.rate_limit_fail_closed", "1", false)]
    [InlineData("audit.when_full", "\"drop\"", true)]
    [InlineData("audit.when_full", "\"panic\"", false)]
    [InlineData("auth.trusted_proxies", "[\"10.0.0.0/8\",\"::1\"]", true)]
    [InlineData("auth.trusted_proxies", "[\"10.0.0.0/40\"]", false)]
    [InlineData("auth.trusted_proxies", "\"10.0.0.0/8\"", false)]
    public void Value_IsCheckedByItsKind(string key, string json, bool valid) =>
        (SettingsRegistry.ByKey[key].Validate(JsonSerializer.Deserialize<JsonElement>(json)) is null).ShouldBe(valid);
}
