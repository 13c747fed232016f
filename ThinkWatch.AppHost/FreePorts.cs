using System.Net;
using System.Net.Sockets;

namespace ThinkWatch.AppHost;

/// <summary>The two public ports must be free before anything else is done.</summary>
internal static class FreePorts
{
    /// <exception cref="AppHostException">Another program has one of them.</exception>
    public static void Require(AppHostOptions options)
    {
        Require(options.GatewayPort, "--gateway-port");
        Require(options.ConsolePort, "--console-port");
        if (options.GatewayPort == options.ConsolePort && options.GatewayPort != 0)
            throw new AppHostException($"The gateway and the console cannot share port {options.GatewayPort}.");
    }

    private static void Require(int port, string option)
    {
        if (port == 0)
            return;
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new AppHostException($"this user may not listen on port {port}. Choose another with -- {option} <port>.");
        }
        catch (SocketException)
        {
            throw new AppHostException($"port {port} is in use by another program. Stop that, or choose another port with -- {option} <port> (0: any free one).");
        }
    }
}
