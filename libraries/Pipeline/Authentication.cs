namespace ThinkWatch.Pipeline;

/// <summary>How a presented key was judged.</summary>
public enum AuthVerdict
{
    Ok,
    Unknown,
    Expired,
    Revoked,
    Disabled,
    AddressNotAllowed,

    /// <summary>Identity cannot be reached and the key is not known, or not known lately enough.</summary>
    Unavailable,
}

/// <summary>The verdict and, when it is <see cref="AuthVerdict.Ok"/>, the principal.</summary>
public readonly record struct Authentication(AuthVerdict Verdict, KnownPrincipal? Principal);
