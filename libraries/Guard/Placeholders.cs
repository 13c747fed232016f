using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Guard;

/// <summary>
/// What stands for what in one call: <c>{{EMAIL_1f0c9a2b_1}}</c>. The same text has the same placeholder, and the number is that of its first appearance, so
/// that the next turn of a conversation, which repeats the earlier ones, reads the same to a provider's prompt cache. One caller at a time.
/// </summary>
public sealed class Placeholders(string salt)
{
    private const int SaltBytes = 4;

    private readonly Dictionary<(string Label, string Value), string> _byValue = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<string, string> _byPlaceholder = [];

    public string Salt => salt;

    /// <summary>Placeholder → what it stands for.</summary>
    public IReadOnlyDictionary<string, string> All => _byPlaceholder;

    /// <summary>A salt that only the holder of the secret can make, the same for every call of one key lineage: nobody can guess another's placeholders.</summary>
    public static string SaltOf(ReadOnlySpan<byte> secret, string organization, string lineage)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{organization}\0{lineage}"), hash);
        return Convert.ToHexStringLower(hash[..SaltBytes]);
    }

    public string For(string label, string value)
    {
        if (_byValue.TryGetValue((label, value), out var known))
            return known;
        var number = _counts[label] = _counts.GetValueOrDefault(label) + 1;
        var placeholder = string.Create(CultureInfo.InvariantCulture, $"{{{{{label}_{salt}_{number}}}}}");
        _byValue[(label, value)] = placeholder;
        _byPlaceholder[placeholder] = value;
        return placeholder;
    }
}
