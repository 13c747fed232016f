using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Serves the calls of one method: checks the request, runs the service's method, turns its outcome into a status.
/// One instance a method, shared by all calls.
/// </summary>
internal abstract partial class CallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServiceActivator<TService> activator,
    CallSettings settings)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    /// <summary>Kestrel's own limit of a request body; a larger message limit has to lift it.</summary>
    private const int KestrelMaxRequestBodySize = 30_000_000 - MessageFrame.HeaderSize;

    protected Method<TRequest, TResponse> Method { get; } = method;

    protected ServiceActivator<TService> Activator { get; } = activator;

    protected CallSettings Settings { get; } = settings;

    /// <summary>True where the caller sends a stream, which may idle and has no size.</summary>
    protected virtual bool ReadsStream => false;

    public async Task ServeAsync(HttpContext http)
    {
        if (!TryAccept(http, out var timeout))
            return;
        if (ReadsStream || Settings.MaxReceiveMessageSize is null or > KestrelMaxRequestBodySize)
            LiftRequestLimits(http);
        using var context = new HttpContextServerCallContext(http, Method, timeout);
        Status status;
        Metadata? errorTrailers = null;
        try
        {
            await CallAsync(http, context).ConfigureAwait(false);
            status = context.DeadlinePassed ? new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded") : context.Status;
        }
#pragma warning disable CA1031 // The edge of a call: every failure becomes a status.
        catch (Exception error)
        {
            status = StatusOf(error, context);
            errorTrailers = (error as RpcException)?.Trailers;
        }
#pragma warning restore CA1031

        context.WriteStatus(status, errorTrailers);
    }

    protected abstract Task RunAsync(TService service, HttpContext http, HttpContextServerCallContext context);

    /// <summary>The only message of a request. It is read to its end, so that the stream closes cleanly.</summary>
    protected async ValueTask<TRequest> ReadSingleAsync(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        TRequest? message = null;
        while (true)
        {
            var result = await reader.ReadAsync().ConfigureAwait(false);
            var buffer = result.Buffer;
            if (message is null && MessageFrame.TryRead(ref buffer, Settings.MaxReceiveMessageSize, out var payload))
                message = PayloadReader.Read(Method.RequestMarshaller, payload);
            if (message is not null && !buffer.IsEmpty)
                throw new RpcException(new Status(StatusCode.Internal, "Additional data after the message received."));

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return message ?? throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));
        }
    }

    /// <summary>The only message of an answer: left unflushed, so that it leaves together with headers and trailers.</summary>
    protected void WriteSingle(HttpContext http, HttpContextServerCallContext context, TResponse response)
    {
        if (response is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        PayloadWriter.Write(Method.ResponseMarshaller, response, http.Response.BodyWriter, Settings.MaxSendMessageSize);
        context.MessageWritten = true;
    }

    private static bool TryAccept(HttpContext http, out TimeSpan? timeout)
    {
        timeout = null;
        var request = http.Request;
        var response = http.Response;
        if (!GrpcProtocol.IsGrpcContentType(request.ContentType))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        if (!HttpProtocol.IsHttp2(request.Protocol) && !HttpProtocol.IsHttp3(request.Protocol))
        {
            response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return false;
        }

        response.ContentType = GrpcProtocol.ContentType;
        var encoding = request.Headers.GrpcEncoding;
        if (encoding.Count > 0 && !string.Equals(encoding, GrpcProtocol.IdentityEncoding, StringComparison.OrdinalIgnoreCase))
        {
            response.Headers.GrpcAcceptEncoding = GrpcProtocol.IdentityEncoding;
            response.Headers.GrpcStatus = GrpcProtocol.StatusText(StatusCode.Unimplemented);
            response.Headers.GrpcMessage = GrpcProtocol.EncodeMessage($"Unsupported grpc-encoding value '{encoding}'. Supported encodings: identity");
            return false;
        }

        if (GrpcProtocol.TryDecodeTimeout(request.Headers.GrpcTimeout, out var time) && time < GrpcProtocol.LongestTimeout)
            timeout = time;
        return true;
    }

    private static void LiftRequestLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }

    private Task CallAsync(HttpContext http, HttpContextServerCallContext context)
    {
        var service = Activator.Get(http);
        return Activator.OwnsInstances ? CallOwnedAsync(service, http, context) : RunAsync(service, http, context);
    }

    private async Task CallOwnedAsync(TService service, HttpContext http, HttpContextServerCallContext context)
    {
        try
        {
            await RunAsync(service, http, context).ConfigureAwait(false);
        }
        finally
        {
            await ServiceActivator<TService>.ReleaseAsync(service).ConfigureAwait(false);
        }
    }

    private Status StatusOf(Exception error, HttpContextServerCallContext context)
    {
        if (context.DeadlinePassed)
            return new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
        if (error is RpcException refusal)
        {
            LogRefused(Settings.Logger, Method.FullName, refusal.StatusCode, refusal.Status.Detail);
            return refusal.Status;
        }

        if (error is OperationCanceledException or IOException && context.HttpContext.RequestAborted.IsCancellationRequested)
            return new Status(StatusCode.Cancelled, "The call was cancelled.");
        LogFailed(Settings.Logger, Method.FullName, error);
        return new Status(
            StatusCode.Unknown,
            Settings.EnableDetailedErrors ? $"Exception was thrown by handler. {error.GetType().Name}: {error.Message}" : "Exception was thrown by handler.");
    }

    [LoggerMessage(1, LogLevel.Debug, "{Method} answers {Code}: {Detail}")]
    private static partial void LogRefused(ILogger logger, string method, StatusCode code, string detail);

    [LoggerMessage(2, LogLevel.Error, "Error when executing service method {Method}")]
    private static partial void LogFailed(ILogger logger, string method, Exception error);
}
