using System.Net.Mail;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal static class UserRules
{
    public static void CheckNew(FieldErrors errors, CreateUser body)
    {
        CheckEmail(errors, "email", body.Email);
        CheckDisplayName(errors, "display_name", body.DisplayName);
        var person = body.Kind is null or "person";
        errors.Require(person || body.Kind == "service_account", "kind", "Must be person or service_account.");
        errors.Require(person || body.Invite != true, "invite", "A service account cannot be invited.");
        if (person && body.Invite != true)
            CheckPassword(errors, "password", body.Password);
        else
            errors.Require(body.Password is null, "password", person ? "Who is invited chooses one." : "A service account has no password.");
        errors.Require(body.TeamIds is null or { Length: <= 100 }, "team_ids", "Must be at most 100 teams.");
        errors.Require(body.Roles is null || (body.Roles.Length <= 100 && Array.TrueForAll(body.Roles, r => r is not null)), "roles", "Must be at most 100 role names.");
    }

    public static void CheckPatch(FieldErrors errors, PatchUser body)
    {
        if (body.DisplayName.IsSet)
            CheckDisplayName(errors, "display_name", body.DisplayName.Value);
        errors.Require(!body.Status.IsSet || body.Status.Value is "active" or "disabled", "status", "Must be active or disabled.");
        errors.Require(
            !body.Roles.IsSet || (body.Roles.Value is { Length: <= 100 } && Array.TrueForAll(body.Roles.Value, r => r is not null)), "roles", "Must be a list of role names.");
        errors.Require(!body.PlatformAdmin.IsSet || body.PlatformAdmin.Value is not null, "platform_admin", "Must be true or false.");
    }

    public static void CheckEmail(FieldErrors errors, string field, string? email) => errors.Require(
        email is { Length: >= 3 and <= 254 } && !email.Any(char.IsWhiteSpace) && MailAddress.TryCreate(email, out var parsed) && parsed.Address == email,
        field, "Must be an e-mail address.");

    public static void CheckDisplayName(FieldErrors errors, string field, string? name) =>
        errors.Require(!string.IsNullOrWhiteSpace(name) && name.Length <= 100, field, "Must have 1 to 100 characters.");

    public static void CheckPassword(FieldErrors errors, string field, string? password)
    {
        foreach (var fault in PasswordRules.Check(password))
            errors.Add(field, fault);
    }
}
