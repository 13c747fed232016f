using System.Diagnostics;
using Google.Protobuf;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool;
using Xunit.v3;

[assembly: TestPipelineStartup(typeof(ThinkWatch.Libraries.Tests.Spool.SpoolChild))]

namespace ThinkWatch.Libraries.Tests.Spool;

/// <summary>A real process, really killed. The child is this assembly again, told by its environment to be a producer.</summary>
public sealed class SpoolKillTests
{
    internal const string FolderVariable = "THINKWATCH_TEST_SPOOL_CHILD";

    [Fact]
    public async Task Sigkill_UnderLoad_LosesNoBegunCallAndDoublesNone()
    {
        using var bench = new SpoolBench();
        var begun = new HashSet<string>();
        for (var life = 0; life < 4; life++)
            await RunAndKillAsync(bench.Directory, life, begun);

        var ledger = new Ledger();
        foreach (var frame in Directory.GetFiles(bench.Directory, "delivered-*").SelectMany(ReadFrames))
            ledger.Store(frame);
        using (var spool = await bench.StartAsync(ledger, options: ChildOptions(bench.Directory)))
            await spool.StopAsync(CancellationToken.None);

        begun.Count.ShouldBeGreaterThan(500);
        var rows = ledger.Calls.Select(c => c.Id).ToList();
        rows.Distinct().Count().ShouldBe(rows.Count);
        begun.Except(rows).ShouldBeEmpty();
        ledger.Calls.ShouldContain(c => c.Outcome == Outcome.Interrupted);
        ledger.Calls.ShouldContain(c => c.Outcome == Outcome.Ok);
    }

    private static async Task RunAndKillAsync(string folder, int life, HashSet<string> begun)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SpoolKillTests).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[FolderVariable] = folder;
        using var child = Process.Start(start)!;
        try
        {
            var target = 200 + life * 150;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (target > 0 && await child.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.Length == 36 && begun.Add(line))
                    target--;
            }
        }
        finally
        {
            child.Kill();
        }

        // Whatever the child had said when it was killed counts: its call to Begin had returned.
        var rest = await child.StandardOutput.ReadToEndAsync();
        var complete = rest[..(rest.LastIndexOf('\n') + 1)];
        begun.UnionWith(complete.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Length == 36));
        await child.WaitForExitAsync();
    }

    private static SpoolOptions ChildOptions(string folder) => new()
    {
        Directory = Path.Combine(folder, "spool"),
        SegmentBytes = 256 * 1024,
        Linger = TimeSpan.FromMilliseconds(5),
        FramePause = TimeSpan.FromMilliseconds(20),
        DrainTimeout = TimeSpan.FromSeconds(30),
    };

    internal static async Task ProduceAsync(string folder)
    {
        using var delivered = new FileStream(Path.Combine(folder, $"delivered-{Environment.ProcessId}"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        using var bench = new AuditSpool(
            ChildOptions(folder), () => SpoolBench.Quick, new FileTransport(delivered), new SpoolMetrics(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<AuditSpool>.Instance);
        await bench.StartAsync(CancellationToken.None);
        using var output = Console.OpenStandardOutput();
        var writer = new StreamWriter(output) { AutoFlush = true };
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var id = Guid.CreateVersion7();
                var ticket = await bench.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id, Random.Shared.Next(3000)));
                lock (writer)
                    writer.Write($"{id}\n");
                await Task.Delay(Random.Shared.Next(5));
                bench.Complete(ticket!, SpoolBench.Completed());
            }
        })));
    }

    private static List<Frame> ReadFrames(string path)
    {
        List<Frame> frames = [];
        using var file = File.OpenRead(path);
        try
        {
            while (file.Position < file.Length)
                frames.Add(Frame.Parser.ParseDelimitedFrom(file));
        }
        catch (InvalidProtocolBufferException)
        {
            // The frame that was being delivered when the process was killed: never acknowledged.
        }

        return frames;
    }

    private sealed class FileTransport(FileStream target) : IAuditTransport
    {
        public Task<FrameAck> SendAsync(Frame frame, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream();
            frame.WriteDelimitedTo(bytes);
            lock (target)
                target.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
            return Random.Shared.Next(5) == 0 ? throw new IOException("the acknowledgement was lost") : Task.FromResult(new FrameAck { Accepted = true });
        }
    }
}

/// <summary>Runs before the tests do; in the child it never returns to them.</summary>
internal sealed class SpoolChild : ITestPipelineStartup
{
    public async ValueTask StartAsync(Xunit.Sdk.IMessageSink diagnosticMessageSink)
    {
        if (Environment.GetEnvironmentVariable(SpoolKillTests.FolderVariable) is { } folder)
            await SpoolKillTests.ProduceAsync(folder);
    }

    public ValueTask StopAsync() => ValueTask.CompletedTask;
}
