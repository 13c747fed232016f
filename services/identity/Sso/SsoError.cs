namespace ThinkWatch.Identity.Sso;

/// <summary>Why a sign-in did not go through, as the login page is told. The page has the words; a provider's own text goes nowhere.</summary>
internal static class SsoError
{
    /// <summary>Begun in another browser, too long ago, or used before.</summary>
    public const string State = "state";

    public const string NotActive = "not_active";
    public const string Cancelled = "cancelled";

    /// <summary>The provider answered with an error of its own.</summary>
    public const string Provider = "provider";

    /// <summary>The provider does not answer in time, or not at all.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The provider refused the code, or this client.</summary>
    public const string Exchange = "exchange";

    /// <summary>The ID token does not hold.</summary>
    public const string Token = "token";

    public const string EmailMissing = "email_missing";
    public const string EmailUnverified = "email_unverified";
    public const string EmailDomain = "email_domain";

    /// <summary>The groups were too many for the token, so that nobody knows what to grant.</summary>
    public const string Groups = "groups";

    public const string Disabled = "disabled";

    /// <summary>There is no account, and none is made.</summary>
    public const string NotProvisioned = "not_provisioned";

    /// <summary>There is an account with this e-mail that cannot be linked.</summary>
    public const string AccountExists = "account_exists";

    public const string TooMany = "too_many";
}

/// <summary>Ends a sign-in with one of <see cref="SsoError"/>. <see cref="Reason"/> is in our words, for the log; it holds nothing of what was received.</summary>
internal sealed class SsoRefusedException(string code, string reason, Exception? cause = null) : Exception(reason, cause)
{
    public string Code { get; } = code;

    public string Reason { get; } = reason;
}
