using System.Net;
using System.Net.Sockets;
using System.Text;
using ThinkWatch.Outbound;

namespace ThinkWatch.Libraries.Tests.Outbound;

public sealed class OutboundHandlersTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    public async Task Loopback_IsRefused_BeforeAnyByteIsSent(string host)
    {
        using var server = new OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var client = new HttpClient(OutboundHandlers.Create(allowPrivateNetwork: false));
        var fault = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync($"http://{host}:{server.Port}/"));
        OutboundRefusedException.IsCauseOf(fault).ShouldBeTrue(fault.ToString());
        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Loopback_Allowed_IsReached_AndARedirectIsNotFollowed()
    {
        using var server = new OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
        using var client = new HttpClient(OutboundHandlers.Create(allowPrivateNetwork: true));
        using var answer = await client.GetAsync($"http://localhost:{server.Port}/");
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        server.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task NobodyListens_IsAFaultOfItsOwn_NotARefusal()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var client = new HttpClient(OutboundHandlers.Create(allowPrivateNetwork: true));
        var fault = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync($"http://127.0.0.1:{port}/"));
        OutboundRefusedException.IsCauseOf(fault).ShouldBeFalse();
    }

    [Fact]
    public async Task Certificate_ThatNamesAnAddressForItsIssuer_MakesNobodyAskThere()
    {
        using var inside = new OneAnswer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        using var certificate = Certificates.WithIssuerAt(new Uri($"http://127.0.0.1:{inside.Port}/issuer.crt"));
        using var server = new TlsListener(certificate);
        using var client = new HttpClient(OutboundHandlers.Create(allowPrivateNetwork: true));
        await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync($"https://localhost:{server.Port}/"));
        inside.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("https://api.example.com/v1", false, true)]
    [InlineData("http://10.0.0.1:8080", true, true)]
    [InlineData("http://10.0.0.1:8080", false, false)]
    [InlineData("http://169.254.169.254", true, false)]
    [InlineData("https://user:pass@example.com", false, false)]
    [InlineData("https://example.com?x=1", false, false)]
    [InlineData("https://example.com#x", false, false)]
    [InlineData("file:///etc/passwd", false, false)]
    [InlineData("/relative", false, false)]
    [InlineData("", false, false)]
    public void Address_IsValidated_BeforeItIsStored(string address, bool allowPrivateNetwork, bool valid) =>
        (OutboundUrl.Validate(address, allowPrivateNetwork) is null).ShouldBe(valid);

    /// <summary>Gives every connection the same answer.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _connections;

        public OneAnswer(string answer)
        {
            _listener.Start();
            _ = ServeAsync(Encoding.ASCII.GetBytes(answer));
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Connections => Volatile.Read(ref _connections);

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(byte[] answer)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    Interlocked.Increment(ref _connections);
                    var stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[4096]);
                    await stream.WriteAsync(answer);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
