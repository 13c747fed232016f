using System.Net;
using ThinkWatch.ManagementApi;
using ThinkWatch.Outbound;

namespace ThinkWatch.Identity.Sso;

/// <summary>What a connection must look like; every fault is told at once.</summary>
internal static class SsoRules
{
    private const int MostMappings = 500;
    private static readonly string[] DefaultScopes = ["openid", "profile", "email"];

    public static void Check(FieldErrors errors, PutSso body)
    {
        errors.Require(body.Preset is null || SsoPresets.All.Any(p => p.Id == body.Preset), "preset", "Is not a preset.")
            .Require(body.Label is null or { Length: <= 60 }, "label", "Must have at most 60 characters.")
            .Require(IsShort(body.ClientId, 500), "client_id", "Is required.")
            .Require(!body.ClientSecret.IsSet || body.ClientSecret.Value is null || IsShort(body.ClientSecret.Value, 2000), "client_secret", "Must have 1 to 2000 characters, or be null.")
            .Require(body.NameClaim is null or { Length: <= 200 }, "name_claim", "Must have at most 200 characters.")
            .Require(body.GroupsClaim is null or { Length: <= 200 }, "groups_claim", "Must have at most 200 characters.")
            .Require(IsConsole(body.ConsoleUrl), "console_url", "Must be the console's address: https, or http on this machine, without a path.");
        CheckIssuer(errors, body.Issuer, body.AllowPrivateNetwork ?? false);
        var scopes = body.Scopes ?? DefaultScopes;
        errors.Require(scopes.Length <= 50 && Array.TrueForAll(scopes, IsScope) && scopes.Contains("openid") && scopes.Contains("email"), "scopes", "Must be scopes, with openid and email among them.");
        errors.Require(body.EmailDomains is null || (body.EmailDomains.Length <= 100 && Array.TrueForAll(body.EmailDomains, IsDomain)), "email_domains", "Must be domains, such as example.com.");
        errors.Require((body.Mappings?.Length ?? 0) <= MostMappings, "mappings", $"Must be at most {MostMappings}.");
        foreach (var (mapping, i) in (body.Mappings ?? []).Take(MostMappings).Select(static (m, i) => (m, i)))
        {
            errors.Require(IsShort(mapping?.Group, 300), $"mappings[{i}].group", "Must have 1 to 300 characters.");
            errors.Require(mapping?.Role is not null || mapping?.TeamId is not null, $"mappings[{i}].role", "Name a role, a team or both.");
        }
    }

    public static void CheckIssuer(FieldErrors errors, string? issuer, bool allowPrivateNetwork)
    {
        if (OutboundUrl.Validate(issuer, allowPrivateNetwork) is { } fault)
            errors.Add("issuer", $"The address {fault}.");
        else
            errors.Require(allowPrivateNetwork || issuer!.StartsWith("https://", StringComparison.OrdinalIgnoreCase), "issuer", "Must be an https address; http only where the private network is allowed.");
    }

    /// <summary>The row as the body wants it; role and mappings are resolved elsewhere.</summary>
    public static SsoConnection Merge(SsoConnection row, PutSso body) => row with
    {
        Preset = body.Preset ?? "generic",
        Label = string.IsNullOrWhiteSpace(body.Label) ? "SSO" : body.Label.Trim(),
        Issuer = body.Issuer!.Trim(),
        ClientId = body.ClientId!.Trim(),
        ConsoleUrl = body.ConsoleUrl!.TrimEnd('/'),
        AllowPrivateNetwork = body.AllowPrivateNetwork ?? false,
        Scopes = [.. (body.Scopes ?? DefaultScopes).Distinct()],
        NameClaim = string.IsNullOrWhiteSpace(body.NameClaim) ? "name" : body.NameClaim.Trim(),
        GroupsClaim = body.GroupsClaim?.Trim() ?? "",
        EmailDomains = [.. (body.EmailDomains ?? []).Select(d => d.Trim().ToLowerInvariant()).Distinct()],
        CreateUsers = body.CreateUsers ?? true,
    };

    private static bool IsConsole(string? text) =>
        text is { Length: <= 300 } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.AbsolutePath == "/" && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && IsThisMachine(uri)));

    private static bool IsThisMachine(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsShort(string? text, int most) => !string.IsNullOrWhiteSpace(text) && text.Length <= most;

    private static bool IsScope(string? scope) => scope is { Length: > 0 and <= 200 } && !scope.Any(c => c is <= ' ' or '"' or '\\' or > '~');

    private static bool IsDomain(string? domain) => domain is { Length: > 2 and <= 253 } && domain.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(domain.Trim()) == UriHostNameType.Dns;
}
