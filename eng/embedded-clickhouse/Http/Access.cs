using System.Security.Cryptography;
using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;

namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>Credentials in ClickHouse's three places: its headers, basic authentication, the URL.</summary>
internal static class Access
{
    /// <exception cref="EngineException">Wrong credentials, or a web page that talks to a server without a password.</exception>
    public static void Check(HttpRequest request, ServerOptions options)
    {
        if (options.Password is null)
        {
            // Anyone on the machine is let in, but a page in a browser there is not: it would act for whoever wrote it.
            if (request.Headers.ContainsKey("Origin"))
                throw new EngineException(497, "ACCESS_DENIED", "Cross-origin requests need a server with a password");
            return;
        }

        var (user, password) = Credentials(request);
        if (!Same(user, options.User) | !Same(password, options.Password))
            throw new EngineException(516, "AUTHENTICATION_FAILED", "Authentication failed: password is incorrect, or there is no user with such name");
    }

    private static (string User, string Password) Credentials(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue("X-ClickHouse-User", out var user))
            return (user.ToString(), headers["X-ClickHouse-Key"].ToString());
        if (headers.Authorization.ToString() is { } basic && basic.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[basic.Length];
            if (Convert.TryFromBase64String(basic[6..].Trim(), bytes, out var length))
            {
                var pair = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
                return (pair[0], pair.Length > 1 ? pair[1] : "");
            }
        }

        var fromUrl = request.Query["user"].ToString();
        return (fromUrl.Length > 0 ? fromUrl : "default", request.Query["password"].ToString());
    }

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
