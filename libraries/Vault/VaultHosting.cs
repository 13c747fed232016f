using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch;

public static class VaultHosting
{
    /// <summary>Registers the <see cref="Vault"/> of ENCRYPTION_KEY. A missing or malformed key stops the service here, with the way to make one.</summary>
    public static TBuilder AddVault<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var text = builder.Configuration["ENCRYPTION_KEY"];
        if (WhyUnusable(text) is { } why)
            throw new VaultException($"ENCRYPTION_KEY {why}. Make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='");
        builder.Services.AddSingleton(Vault.FromBase64Url(text!));
        return builder;
    }

    /// <summary>Null when the text is a usable key, otherwise the end of the sentence "ENCRYPTION_KEY …".</summary>
    public static string? WhyUnusable(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "is not set";
        var bytes = Vault.DecodeKey(text);
        if (bytes is null)
            return "is not base64url text";
        return bytes.Length == Vault.KeyBytes ? null : $"decodes to {bytes.Length} bytes; it must be {Vault.KeyBytes}";
    }
}
