using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ServiceDefaults;

/// <summary>The bearer token that services of one fleet show each other (INTERNAL_TOKEN).</summary>
internal sealed class InternalToken(string value)
{
    public string Header { get; } = "Bearer " + value;

    public bool Matches(string? header) =>
        header is not null && CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(header.AsSpan()), MemoryMarshal.AsBytes(Header.AsSpan()));
}

/// <summary>Whatever arrives on the gRPC port must carry the internal token; gRPC itself is served on no other port.</summary>
internal sealed class InternalAuthentication(RequestDelegate next, InternalToken token, ServiceEndpoints endpoints)
{
    private const string PermissionDenied = "7";

    public Task InvokeAsync(HttpContext http)
    {
        var onGrpcPort = http.Connection.LocalPort == endpoints.GrpcPort;
        if (onGrpcPort ? token.Matches(http.Request.Headers.Authorization) : !IsGrpc(http.Request)) return next(http);
        if (!onGrpcPort)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = PermissionDenied;
        http.Response.Headers["grpc-message"] = "the internal token is missing or wrong";
        return Task.CompletedTask;
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Adds the internal token to every call of a fleet client.</summary>
internal sealed class InternalTokenHandler(InternalToken token, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly AuthenticationHeaderValue _authorization = AuthenticationHeaderValue.Parse(token.Header);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _authorization;
        return base.SendAsync(request, cancellationToken);
    }
}
