using System.Net;

namespace ThinkWatch.Outbound;

/// <summary>What an address must look like to be stored in a configuration.</summary>
public static class OutboundUrl
{
    private const int MaximumLength = 2000;

    /// <summary>What is wrong with the address, in words for the one who typed it; null when it may be stored. DNS is not asked.</summary>
    public static string? Validate(string? text, bool allowPrivateNetwork)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "is required";
        if (text.Length > MaximumLength)
            return $"must not be longer than {MaximumLength} characters";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return "must be an http or https address";
        if (uri.UserInfo.Length > 0)
            return "must not contain credentials";
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
            return "must not contain a query or a fragment";
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !AddressGuard.IsAllowed(address, allowPrivateNetwork))
            return allowPrivateNetwork ? "is the address of a metadata service" : "is a private address; allow_private_network permits those";
        return null;
    }
}
