using System.Text.Json;

namespace ThinkWatch.StandIns.Tests.Grpc;

/// <summary>.NET client → @grpc/grpc-js server: the same calls that .NET → .NET makes.</summary>
public sealed class NodeServerTests : CallKindTests, IClassFixture<NodeEchoServer>
{
    public NodeServerTests(NodeEchoServer server)
        : base(server) => Assert.SkipUnless(Node.Exists, "Node.js is not installed.");
}

/// <summary>@grpc/grpc-js client → .NET server.</summary>
public sealed class NodeClientTests(EchoServer server) : IClassFixture<EchoServer>
{
    [Fact]
    public async Task NodeClient_EveryKindOfCall_IsServed()
    {
        var cancelled = server.Service.Cancelled;
        using var node = await Node.StartPeerAsync("call", new Uri(server.Address).Authority);
        var text = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        node.ExitCode.ShouldBe(0);

        using var seen = JsonDocument.Parse(text);
        string Raw(string name) => seen.RootElement.GetProperty(name).GetRawText();

        Raw("unary").ShouldBe("""{"header":"0001feff","code":0,"reply":{"text":"é世","payload":"0908"},"trailer":"0001feff"}""");
        Raw("failed").ShouldBe("""{"code":7,"details":"no: 100% é世","why":"00ff"}""");
        seen.RootElement.GetProperty("deadline").GetProperty("code").GetInt32().ShouldBe(4);
        seen.RootElement.GetProperty("tooLarge").GetProperty("code").GetInt32().ShouldBe(8);
        seen.RootElement.GetProperty("gzip").GetProperty("code").GetInt32().ShouldBe(12);
        Raw("collected").ShouldContain("""{"code":0,"reply":{"text":"abc","count":3,""");
        Raw("repeated").ShouldBe("""{"texts":["r0","r1","r2"],"code":0}""");
        Raw("repeatedThenFailed").ShouldBe("""{"texts":["late0","late1"],"code":10,"details":"late"}""");
        Raw("chatted").ShouldBe("""{"texts":["x0","y1","z2"],"code":0}""");
        Raw("cancelled").ShouldBe("""{"texts":[],"code":1,"details":"Cancelled on client"}""");
        server.Service.Cancelled.ShouldBeGreaterThan(cancelled);
    }
}
