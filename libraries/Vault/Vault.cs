using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch;

/// <summary>
/// Seals secrets at rest with AES-256-GCM. An envelope is the text <c>v1.keyid.payload</c>, payload = base64url(nonce ‖ tag ‖ ciphertext).
/// The associated data ("table/column/row") binds an envelope to the cell it belongs to: moved elsewhere it does not open.
/// Immutable and safe for any number of threads.
/// </summary>
public sealed class Vault
{
    public const int KeyBytes = 32;

    private const string Version = "v1";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;
    private readonly Vault[] _retired;

    public Vault(ReadOnlySpan<byte> key, params IReadOnlyList<Vault> retired)
    {
        if (key.Length != KeyBytes)
            throw new VaultException($"The encryption key has {key.Length} bytes; it must have {KeyBytes}.");
        _key = key.ToArray();
        KeyId = Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4));
        _retired = [.. retired];
    }

    /// <summary>Names the key in every envelope, so that a rotation can tell old from new. Says nothing about the key itself.</summary>
    public string KeyId { get; }

    /// <summary>Reads a key as it stands in ENCRYPTION_KEY: base64url of 32 bytes, padding optional.</summary>
    /// <param name="text">The key that seals.</param>
    /// <param name="retired">Earlier keys, separated by commas: they only open, until everything is sealed anew.</param>
    public static Vault FromBase64Url(string text, string? retired = null)
    {
        var earlier = (retired ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static key => FromBase64Url(key)).ToList();
        if (!Base64Url.IsValid(text))
            throw new VaultException("The encryption key is not base64url text.");
        var bytes = Base64Url.DecodeFromChars(text);
        try
        {
            return new Vault(bytes, earlier);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>A key for another purpose, which tells nothing about this one.</summary>
    public byte[] DeriveKey(string purpose) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{Version}\0derive\0{purpose}"));

    public string Seal(string plaintext, string associatedData) => Seal(Encoding.UTF8.GetBytes(plaintext), associatedData);

    public string Seal(ReadOnlySpan<byte> plaintext, string associatedData)
    {
        var payload = new byte[NonceBytes + TagBytes + plaintext.Length];
        var nonce = payload.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, plaintext, payload.AsSpan(NonceBytes + TagBytes), payload.AsSpan(NonceBytes, TagBytes), Bind(associatedData));
        return $"{Version}.{KeyId}.{Base64Url.EncodeToString(payload)}";
    }

    public string OpenString(string envelope, string associatedData) => Encoding.UTF8.GetString(Open(envelope, associatedData));

    /// <summary>Whether the envelope was sealed with the key that seals today.</summary>
    public bool IsCurrent(string envelope) => envelope.StartsWith($"{Version}.{KeyId}.", StringComparison.Ordinal);

    /// <summary>The same secret under the key that seals today.</summary>
    public string Renew(string envelope, string associatedData)
    {
        if (IsCurrent(envelope))
            return envelope;
        var plaintext = Open(envelope, associatedData);
        try
        {
            return Seal(plaintext, associatedData);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <exception cref="VaultException">The envelope is damaged, sealed with another key, or belongs to another cell.</exception>
    public byte[] Open(string envelope, string associatedData)
    {
        if (Array.Find(_retired, v => v.IsCurrent(envelope)) is { } earlier && !IsCurrent(envelope))
            return earlier.Open(envelope, associatedData);
        var payload = Unwrap(envelope);
        var plaintext = new byte[payload.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        try
        {
            aes.Decrypt(payload.AsSpan(0, NonceBytes), payload.AsSpan(NonceBytes + TagBytes), payload.AsSpan(NonceBytes, TagBytes), plaintext, Bind(associatedData));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new VaultException("The envelope was altered or belongs to another cell.");
        }

        return plaintext;
    }

    private byte[] Unwrap(string envelope)
    {
        var parts = envelope.Split('.');
        if (parts.Length != 3 || parts[0] != Version)
            throw new VaultException("Not a vault envelope.");
        if (parts[1] != KeyId)
            throw new VaultException($"The envelope was sealed with key {parts[1]}; this service holds key {KeyId}.");
        if (!Base64Url.IsValid(parts[2]))
            throw new VaultException("The envelope is damaged.");
        var payload = Base64Url.DecodeFromChars(parts[2]);
        return payload.Length >= NonceBytes + TagBytes ? payload : throw new VaultException("The envelope is damaged.");
    }

    // The version and key id take part, so that neither can be swapped in an envelope without notice.
    private byte[] Bind(string associatedData) => Encoding.UTF8.GetBytes($"{Version}\0{KeyId}\0{associatedData}");
}
