using System.Text.Json.Serialization;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Teams;

internal sealed record TeamView
{
    public Guid Id { get; init; }

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public string CostCenter { get; init; } = "";

    public long MemberCount { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public long Version { get; init; }
}

internal sealed record TeamMember(Guid UserId, string Email, string DisplayName, string Kind, string Status, bool Manager, DateTimeOffset JoinedAt);

/// <summary>A role that somebody holds in this team only.</summary>
internal sealed record TeamRole(
    Guid AssignmentId, Guid UserId, string Email, string DisplayName, Guid RoleId, string Role, string RoleDisplayName, DateTimeOffset AssignedAt);

internal sealed record CreateTeam(string? Name, string? Description, string? CostCenter);

internal sealed record PatchTeam
{
    public Optional<string?> Name { get; init; }

    public Optional<string?> Description { get; init; }

    public Optional<string?> CostCenter { get; init; }
}

/// <summary>A manager has the role team_manager in this team.</summary>
internal sealed record PutMember(bool? Manager);
