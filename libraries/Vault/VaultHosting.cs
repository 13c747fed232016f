using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch;

public static class VaultHosting
{
    /// <summary>Registers the <see cref="Vault"/> of ENCRYPTION_KEY. A missing or malformed key ends the process, which says how to make one.</summary>
    public static TBuilder AddVault<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddSingleton(Vault.FromBase64Url(builder.RequireSecret("ENCRYPTION_KEY", Secrets.Base64UrlOf32Bytes)));
        return builder;
    }
}
