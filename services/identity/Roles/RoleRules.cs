using System.Text.RegularExpressions;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

internal static partial class RoleRules
{
    public static void Check(FieldErrors errors, string prefix, CreateRole role)
    {
        CheckName(errors, $"{prefix}name", role.Name);
        CheckDisplayName(errors, $"{prefix}display_name", role.DisplayName ?? role.Name);
        CheckDescription(errors, $"{prefix}description", role.Description);
        PolicyRules.Check(errors, $"{prefix}policy", role.Policy);
    }

    public static void Check(FieldErrors errors, PatchRole role)
    {
        if (role.Name.IsSet)
            CheckName(errors, "name", role.Name.Value);
        if (role.DisplayName.IsSet)
            CheckDisplayName(errors, "display_name", role.DisplayName.Value);
        CheckDescription(errors, "description", role.Description.Or(null));
        if (role.Policy.IsSet)
            PolicyRules.Check(errors, "policy", role.Policy.Value);
    }

    private static void CheckName(FieldErrors errors, string field, string? name) =>
        errors.Require(name is not null && NameForm().IsMatch(name), field, "Must be 2 to 64 characters of a-z, 0-9, _ and -, and begin with a letter.");

    private static void CheckDisplayName(FieldErrors errors, string field, string? name) =>
        errors.Require(!string.IsNullOrWhiteSpace(name) && name.Length <= 100, field, "Must have 1 to 100 characters.");

    private static void CheckDescription(FieldErrors errors, string field, string? text) =>
        errors.Require(text is null or { Length: <= 500 }, field, "Must have at most 500 characters.");

    [GeneratedRegex("^[a-z][a-z0-9_-]{1,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}
