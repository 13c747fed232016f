namespace ThinkWatch.Identity.Roles.Assignments;

/// <summary>A role that somebody holds; team_id null: everywhere.</summary>
internal sealed record AssignmentView(Guid Id, Guid RoleId, string Role, string RoleDisplayName, Guid? TeamId, string? TeamName, DateTimeOffset CreatedAt);

internal sealed record AssignmentList(IReadOnlyList<AssignmentView> Items);

/// <summary>The role by id or by name.</summary>
internal sealed record AssignRole(Guid? RoleId, string? Role, Guid? TeamId);
