using System.Net.Mail;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal static class UserRules
{
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
