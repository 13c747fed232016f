using System.Net;
using System.Net.Sockets;

namespace ThinkWatch.Tests;

/// <summary>
/// Ports for processes that are killed and started again under one address. They lie below the range from which the system takes the local
/// ports of outgoing connections and of those who bind to 0, so that nobody takes one while its process is away; none is given twice.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 12_000;
    private const int Highest = 32_000;
    private static readonly HashSet<int> Given = [];

    public static int Take()
    {
        lock (Given)
        {
            while (true)
            {
                var port = Random.Shared.Next(Lowest, Highest);
                if (IsFree(port) && Given.Add(port))
                    return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
