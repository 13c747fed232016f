using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch;

public static class VaultHosting
{
    /// <summary>
    /// Registers the <see cref="Vault"/> of ENCRYPTION_KEY. A missing or malformed key ends the process, which says how to make one. To change the key, every
    /// service gets the new one as ENCRYPTION_KEY and the old one in ENCRYPTION_KEYS_RETIRED; what is kept is sealed anew at the next start.
    /// </summary>
    public static TBuilder AddVault<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var key = builder.RequireSecret("ENCRYPTION_KEY", Secrets.Base64UrlOf32Bytes);
        var retired = builder.Configuration["ENCRYPTION_KEYS_RETIRED"];
        if (!string.IsNullOrEmpty(retired))
            builder.RequireSecret("ENCRYPTION_KEYS_RETIRED", static value => value.Split(',').Select(k => Secrets.Base64UrlOf32Bytes(k.Trim())).FirstOrDefault(static fault => fault is not null));
        builder.Services.AddSingleton(Vault.FromBase64Url(key, retired));
        return builder;
    }
}
