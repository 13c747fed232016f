using System.Buffers.Text;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.ServiceDefaults;

/// <summary>A rule for a secret from the environment: null when it holds, else what is wrong, without repeating the value.</summary>
public delegate string? SecretRule(string value);

/// <summary>Start-up validation of secrets: a service that lacks one names it, says how to make one, and exits with 78 (EX_CONFIG).</summary>
public static class Secrets
{
    /// <summary>At least 32 characters of at least 12 different ones: long enough to sign with and not a word repeated.</summary>
    public static readonly SecretRule AtLeast32Characters = static value =>
        value.Length < 32 ? $"has {value.Length} characters, at least 32 are needed"
        : value.Distinct().Count() < 12 ? "is too regular to be random"
        : null;

    /// <summary>Exactly 32 bytes in base64url.</summary>
    public static readonly SecretRule Base64UrlOf32Bytes = static value =>
        Base64Url.IsValid(value, out var length) && length == 32 ? null : "is not 32 bytes in base64url";

    /// <summary>The secret's value. When it is missing or weak, the process says so on standard error and exits.</summary>
    public static string RequireSecret(this IHostApplicationBuilder builder, string name, SecretRule rule)
    {
        var value = builder.Configuration[name];
        var fault = string.IsNullOrEmpty(value) ? "is not set" : rule(value);
        if (fault is null) return value!;
        Console.Error.WriteLine($"{name} {fault}. Make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='");
        Environment.Exit(78);
        throw new InvalidOperationException($"{name} {fault}.");
    }
}
