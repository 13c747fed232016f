using ThinkWatch.Guard.Patterns;

namespace ThinkWatch.Guard;

/// <summary>A kind of personal or secret text.</summary>
/// <param name="Name">As the setting names it.</param>
/// <param name="Label">As placeholders name it: capital letters, digits, underscores.</param>
public sealed record PiiPattern(string Name, string Label, string Description, bool OnByDefault, TextFinder Finder)
{
    /// <summary>The one list. Where finds overlap, the earlier in it gives the label.</summary>
    public static IReadOnlyList<PiiPattern> All { get; } =
    [
        new("private_key", "PRIVATE_KEY", "Private keys in armour", true, new PrivateKeyFinder()),
        new("api_key", "API_KEY", "Keys and access tokens of well-known shapes", true, new KeyFinder()),
        new("jwt", "TOKEN", "JSON Web Tokens", true, new JwtFinder()),
        new("card", "CARD", "Payment cards with a valid check digit", true, new CardFinder()),
        new("iban", "IBAN", "Bank accounts with valid check digits", true, new IbanFinder()),
        new("email", "EMAIL", "E-mail addresses", true, new EmailFinder()),
        new("phone", "PHONE", "Telephone numbers with a plus or in groups", true, new PhoneFinder()),
        new("ip", "IP", "IP addresses", false, new AddressFinder()),
        new("us_ssn", "US_SSN", "Social security numbers of the United States", false, NationalIds.UnitedStates),
        new("uk_nino", "UK_NINO", "National insurance numbers of the United Kingdom", false, NationalIds.UnitedKingdom),
        new("de_tax_id", "DE_TAX_ID", "Tax numbers of Germany", false, NationalIds.Germany),
        new("cn_resident_id", "CN_ID", "Resident numbers of China", false, NationalIds.China),
        new("es_dni", "ES_DNI", "Identity numbers of Spain", false, NationalIds.Spain),
    ];

    public static IReadOnlyList<string> Defaults { get; } = [.. All.Where(static pattern => pattern.OnByDefault).Select(static pattern => pattern.Name)];

    /// <summary>A pattern of the operator's own, from <c>NAME=regular expression</c>; null and what is wrong with it.</summary>
    public static PiiPattern? ParseCustom(string text, out string? error)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : text[..equals];
        if (name.Length is < 2 or > 32 || !char.IsAsciiLetterUpper(name[0]) || !name.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            error = "must be NAME=regular expression, the name 2 to 32 capital letters, digits and underscores";
            return null;
        }

        return RegexFinder.Create(text[(equals + 1)..], ignoreCase: false, out error) is { } finder
            ? new PiiPattern("custom:" + name, name, "Custom pattern " + name, true, finder)
            : null;
    }
}
