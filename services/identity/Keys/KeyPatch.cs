using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Keys;

/// <summary>What a key is after a change, if that may be.</summary>
internal static class KeyPatch
{
    /// <exception cref="ApiProblemException">400: more than the key's owner, or the key that asks, has; 409: it is changed no more.</exception>
    public static KeyView Apply(KeyView key, PatchKey body, Principal owner, Principal caller, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (key.Status == "revoked" || key.Ephemeral)
            throw ApiProblem.Conflict("A revoked or temporary key cannot be changed.").AsException();
        if (body.Name.IsSet)
            KeyRules.CheckName(errors, body.Name.Value);
        if (body.Surfaces.IsSet)
            KeyRules.CheckSurfaces(errors, body.Surfaces.Value, owner);
        KeyRules.CheckPatterns(errors, "allowed_models", body.AllowedModels.Or(null));
        KeyRules.CheckPatterns(errors, "allowed_mcp_tools", body.AllowedMcpTools.Or(null));
        KeyRules.CheckLabels(errors, body.Tags.Or(null), body.CostCenter.Or(null));
        KeyRules.CheckDays(errors, body.ExpiresInDays.Or(null));
        KeyRules.CheckSchedule(
            errors, body.IpAllowlist.Or(null), body.RotationPeriodDays.Or(null), body.InactivityTimeoutDays.Or(null), body.GracePeriodHours.Or(null), body.CacheScope.Or(null));
        KeyRules.CheckWithinRoles(errors, owner, body.AllowedModels.Or(null), body.AllowedMcpTools.Or(null));
        KeyRules.CheckWithin(errors, caller, body.Surfaces.Or(null),
            body.AllowedModels.IsSet ? body.AllowedModels.Value : caller.KeyModels?.Items.ToArray(),
            body.AllowedMcpTools.IsSet ? body.AllowedMcpTools.Value : caller.KeyMcpTools?.Items.ToArray());
        errors.Require(body.ExpiresAt.Or(null) is not { } at || at > now, "expires_at", "Must be in the future. Revoke the key to end it now.");
        var ends = body.ExpiresInDays.IsSet ? ExpiryIn(body.ExpiresInDays.Value, now) : body.ExpiresAt.Or(key.ExpiresAt);
        errors.Require(
            key.ReplacedBy is null || ends <= key.ExpiresAt, body.ExpiresInDays.IsSet ? "expires_in_days" : "expires_at",
            "A rotated key ends with its grace period, or sooner.");
        errors.ThrowIfAny();
        return key with
        {
            Name = body.Name.Or(key.Name)!.Trim(),
            Surfaces = [.. body.Surfaces.Or(key.Surfaces)!.Distinct()],
            AllowedModels = body.AllowedModels.Or(key.AllowedModels),
            AllowedMcpTools = body.AllowedMcpTools.Or(key.AllowedMcpTools),
            Tags = body.Tags.Or(key.Tags) ?? [],
            CostCenter = body.CostCenter.Or(key.CostCenter) ?? "",
            IpAllowlist = body.IpAllowlist.Or(key.IpAllowlist) ?? [],
            RotationPeriodDays = body.RotationPeriodDays.Or(key.RotationPeriodDays),
            InactivityTimeoutDays = body.InactivityTimeoutDays.Or(key.InactivityTimeoutDays),
            GracePeriodHours = body.GracePeriodHours.Or(key.GracePeriodHours),
            CaptureDisabled = body.CaptureDisabled.Or(key.CaptureDisabled) ?? false,
            CacheScope = body.CacheScope.Or(key.CacheScope) ?? "",
            ExpiresAt = ends,
        };
    }

    public static DateTimeOffset? ExpiryIn(int? days, DateTimeOffset now) => days is null or 0 ? null : now.AddDays(days.Value);
}
