using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ThinkWatch.AdminApi.Configuration;

internal sealed record SettingsPatch
{
    /// <summary>Key → value; null puts the default back. All or none are taken.</summary>
    [Required]
    public IReadOnlyDictionary<string, JsonElement>? Settings { get; init; }
}

internal sealed record SettingsView(IReadOnlyList<SettingCategoryView> Categories);

internal sealed record SettingCategoryView(string Category, IReadOnlyList<SettingView> Settings);

internal sealed record SettingView
{
    public required string Key { get; init; }

    /// <summary>The console's tab: general | authentication | gateway | security | api_keys | audit | mcp.</summary>
    public required string Tab { get; init; }

    /// <summary>integer | boolean | text | choice | text_list.</summary>
    public required string Type { get; init; }

    public required string Description { get; init; }

    public required JsonNode? Value { get; init; }

    public required JsonNode? Default { get; init; }

    public required long? Minimum { get; init; }

    public required long? Maximum { get; init; }

    public required IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Who changed it last; null while the default is in force.</summary>
    public required string? ChangedBy { get; init; }

    public required DateTimeOffset? ChangedAt { get; init; }
}
