using System.Net.Mail;
using System.Text.Json;

namespace ThinkWatch.Identity.Sso.Oidc;

/// <summary>Who signed in, by the provider's word. The e-mail was verified there: without that there is none of these.</summary>
internal sealed record OidcIdentity(string Issuer, string Subject, string Email, string Name, IReadOnlyList<string> Groups, string IdToken)
{
    private const int MostGroups = 2000;
    private const string Overage = "_claim_names";

    public override string ToString() => Subject;

    /// <summary>Whether the ID token alone does not say all that we ask for.</summary>
    public static bool LacksSomething(SsoConnection connection, JsonElement claims) =>
        !claims.TryGetProperty("email", out _) || !claims.TryGetProperty("email_verified", out _) || Find(claims, connection.NameClaim) is null
        || (connection.GroupsClaim.Length > 0 && Find(claims, connection.GroupsClaim) is null);

    /// <param name="more">The claims of the userinfo endpoint; what the ID token says comes first.</param>
    public static OidcIdentity From(SsoConnection connection, string issuer, string subject, string idToken, JsonElement claims, JsonElement? more)
    {
        var email = EmailOf(connection, claims) ?? (more is { } told ? EmailOf(connection, told) : null)
            ?? throw new SsoRefusedException(SsoError.EmailMissing, "the provider told no e-mail address");
        // The address and the word that it is verified must not come from two places, unless both mean the same address.
        var verified = email.Verified
            ?? (more is { } second && EmailOf(connection, second) is { Verified: { } word, Address: var same } && same.Equals(email.Address, StringComparison.OrdinalIgnoreCase) ? word : false);
        if (!verified)
            throw new SsoRefusedException(SsoError.EmailUnverified, "the provider did not verify the e-mail address");
        var domain = email.Address[(email.Address.LastIndexOf('@') + 1)..];
        if (connection.EmailDomains.Length > 0 && !connection.EmailDomains.Contains(domain, StringComparer.OrdinalIgnoreCase))
            throw new SsoRefusedException(SsoError.EmailDomain, "the e-mail address is of a domain that is not let in");
        var name = Text(Find(claims, connection.NameClaim)) ?? (more is { } named ? Text(Find(named, connection.NameClaim)) : null);
        return new OidcIdentity(issuer, subject, email.Address, Clean(name) ?? email.Address.Split('@')[0], GroupsOf(connection, claims, more), idToken);
    }

    private static IReadOnlyList<string> GroupsOf(SsoConnection connection, JsonElement claims, JsonElement? more)
    {
        if (connection.GroupsClaim.Length == 0)
            return [];
        var found = Find(claims, connection.GroupsClaim) ?? (more is { } told ? Find(told, connection.GroupsClaim) : null);
        if (found is null && claims.TryGetProperty(Overage, out var elsewhere) && elsewhere.ValueKind == JsonValueKind.Object && elsewhere.TryGetProperty(connection.GroupsClaim, out _))
            throw new SsoRefusedException(SsoError.Groups, "the groups were too many for the token");
        var groups = Names(found).Where(g => g.Length is > 0 and <= 300).Distinct(StringComparer.Ordinal).Take(MostGroups + 1).ToList();
        return groups.Count <= MostGroups ? groups : throw new SsoRefusedException(SsoError.Groups, "the groups were too many");
    }

    private static (string Address, bool? Verified)? EmailOf(SsoConnection connection, JsonElement claims)
    {
        if (Text(Find(claims, "email")) is not { Length: >= 3 and <= 254 } address || address.Any(char.IsWhiteSpace)
            || !MailAddress.TryCreate(address, out var parsed) || parsed.Address != address)
        {
            return null;
        }

        // Entra ID does not send email_verified; xms_edov says that the owner of the e-mail's domain was verified.
        var word = claims.TryGetProperty("email_verified", out var verified) ? verified
            : connection.Preset == SsoPresets.EntraId && claims.TryGetProperty("xms_edov", out var owner) ? owner : default;
        return (address, word.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.String => word.GetString() is "true" or "1",
            JsonValueKind.Number => word.TryGetInt32(out var number) && number == 1,
            JsonValueKind.Undefined => null,
            _ => false,
        });
    }

    // By its whole name first, since names hold dots too (https://example.com/groups); else as a path (realm_access.roles).
    private static JsonElement? Find(JsonElement claims, string name)
    {
        if (name.Length == 0)
            return null;
        if (claims.TryGetProperty(name, out var whole))
            return whole;
        var at = claims;
        foreach (var part in name.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part, out at))
                return null;
        }

        return at;
    }

    // A list, one name, or (Zitadel) an object whose keys are the names.
    private static IEnumerable<string> Names(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!),
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Object } keyed => keyed.EnumerateObject().Select(p => p.Name),
        _ => [],
    };

    private static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static string? Clean(string? name)
    {
        var shown = new string([.. (name ?? "").Where(c => !char.IsControl(c))]).Trim();
        return shown.Length == 0 ? null : shown.Length <= 100 ? shown : shown[..100].Trim();
    }
}
