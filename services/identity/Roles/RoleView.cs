using System.Text.Json;
using System.Text.Json.Serialization;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

internal sealed record RoleView
{
    public Guid Id { get; init; }

    /// <summary>Unique in the organisation; what users name.</summary>
    public string Name { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Description { get; init; } = "";

    public bool BuiltIn { get; init; }

    public Policy Policy { get; init; } = new(1, []);

    /// <summary>What it comes to where it is assigned everywhere.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>What it adds in teams.</summary>
    public IReadOnlyList<string> TeamPermissions { get; init; } = [];

    public long MemberCount { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public long Version { get; init; }
}

internal sealed record RoleMember(
    Guid AssignmentId, Guid UserId, string Email, string DisplayName, string Kind, string Status, Guid? TeamId, string? TeamName, DateTimeOffset AssignedAt);

internal sealed record RoleChange(string Path, JsonElement? Before, JsonElement? After);

internal sealed record RoleHistoryEntry(
    Guid Id, string Action, Guid AuthorId, string AuthorEmail, DateTimeOffset CreatedAt, JsonElement? Before, JsonElement? After, IReadOnlyList<RoleChange> Changes);

internal sealed record CreateRole(string? Name, string? DisplayName, string? Description, Policy? Policy);

internal sealed record CloneRole(string? Name, string? DisplayName);

internal sealed record PatchRole
{
    public Optional<string?> Name { get; init; }

    public Optional<string?> DisplayName { get; init; }

    public Optional<string?> Description { get; init; }

    public Optional<Policy?> Policy { get; init; }
}

/// <summary>A file of roles: what export writes and import reads.</summary>
internal sealed record RoleFile(int Version, IReadOnlyList<CreateRole>? Roles);

/// <summary>status: created | updated | unchanged.</summary>
internal sealed record ImportedRole(int Index, string Name, string Status, Guid Id);

internal sealed record ImportReply(IReadOnlyList<ImportedRole> Results);
