namespace ThinkWatch.AdminApi.Store;

/// <summary>What is shown in a secret's place.</summary>
internal static class Masks
{
    private const string Dots = "••••";
    private const int ShownCharacters = 4;
    private const int ShortestToHint = 12;

    /// <summary>The last four characters, unless so few are left that they would give the secret away.</summary>
    public static string Of(string secret) => secret.Length < ShortestToHint ? Dots : Dots + secret[^ShownCharacters..];

    /// <summary>True for a value that a form has sent back as it was shown: it stands for the secret that is kept.</summary>
    public static bool IsMask(string value) => value.StartsWith(Dots, StringComparison.Ordinal);
}
