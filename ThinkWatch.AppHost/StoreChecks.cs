using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ThinkWatch.AppHost;

/// <summary>Asks the stores in their own protocols whether they serve.</summary>
internal static class StoreChecks
{
    /// <summary>
    /// PostgreSQL answers a start-up message with an authentication request. It is asked when the last line of its pid file says
    /// that it is ready: before that it would log every question as a fatal error.
    /// </summary>
    public static Func<CancellationToken, Task<HealthCheckResult>> Postgres(EndpointReference endpoint, string pidFile) => async cancellationToken =>
    {
        if (!File.Exists(pidFile) || (await File.ReadAllLinesAsync(pidFile, cancellationToken)).LastOrDefault()?.Trim() != "ready")
            return HealthCheckResult.Unhealthy("It starts.");
        var parameters = Encoding.ASCII.GetBytes($"user\0postgres\0database\0{PostgresCluster.Database}\0\0");
        var message = new byte[8 + parameters.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), 3 << 16); // protocol 3.0
        parameters.CopyTo(message, 8);
        return await AskAsync(endpoint, message, "R"u8.ToArray(), cancellationToken);
    };

    public static Func<CancellationToken, Task<HealthCheckResult>> Redis(EndpointReference endpoint) =>
        cancellationToken => AskAsync(endpoint, "PING\r\n"u8.ToArray(), "+PONG"u8.ToArray(), cancellationToken);

    private static async Task<HealthCheckResult> AskAsync(EndpointReference endpoint, byte[] question, byte[] expected, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(question, cancellationToken);
            var answer = new byte[expected.Length];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            return answer.AsSpan().SequenceEqual(expected) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("It answers, but does not serve yet.");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
