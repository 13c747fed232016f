using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>Reads a call's status from headers, trailers or a transport failure.</summary>
internal static class ResponseStatus
{
    /// <summary>An answer without a body carries its status in its headers.</summary>
    public static bool IsTrailersOnly(HttpResponseMessage response) => response.Headers.NonValidated.Contains(GrpcProtocol.StatusHeader);

    /// <summary>The status of an answer that ends with its headers; null when messages or trailers follow.</summary>
    public static Status? OfHeaders(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(OfHttp(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");
        if (!GrpcProtocol.IsGrpcContentType(response.Content.Headers.ContentType?.MediaType))
            return new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {response.Content.Headers.ContentType?.MediaType ?? "none"}");
        return IsTrailersOnly(response) ? Read(response.Headers) : null;
    }

    public static Status OfTrailers(HttpResponseMessage response) => Read(response.TrailingHeaders);

    public static Status OfFailure(Exception error) => error switch
    {
        RpcException refused => refused.Status,
        OperationCanceledException => new Status(StatusCode.Cancelled, "Call canceled by the client.", error),
        _ => new Status(OfTransport(error), $"Error starting or reading the gRPC call. {error.GetType().Name}: {error.Message}", error),
    };

    private static Status Read(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(GrpcProtocol.StatusHeader, out var text))
            return new Status(StatusCode.Cancelled, "No grpc-status found on response.");
        var code = int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= (int)StatusCode.Unauthenticated
            ? (StatusCode)number
            : StatusCode.Unknown;
        return headers.NonValidated.TryGetValues(GrpcProtocol.MessageHeader, out var message)
            ? new Status(code, GrpcProtocol.DecodeMessage(message.ToString()))
            : new Status(code, "");
    }

    private static StatusCode OfHttp(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private static StatusCode OfTransport(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpProtocolException protocol)
                return OfHttp2Error(protocol.ErrorCode);
        }

        return error is HttpRequestException or IOException or SocketException ? StatusCode.Unavailable : StatusCode.Internal;
    }

    /// <summary>RFC 9113 §7, mapped as the gRPC protocol says; a connection that goes away is a server that is unavailable.</summary>
    private static StatusCode OfHttp2Error(long code) => code switch
    {
        0x0 or 0x7 => StatusCode.Unavailable,
        0x8 => StatusCode.Cancelled,
        0xb => StatusCode.ResourceExhausted,
        0xc => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };
}
