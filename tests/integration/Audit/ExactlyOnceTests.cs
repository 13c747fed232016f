using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Integration.Tests.Audit;

/// <summary>Every event is one row, whoever is killed.</summary>
public sealed class ExactlyOnceTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task TenThousandEvents_WithIngestKilledInBetween_AreTenThousandRows()
    {
        const int calls = 10_000;
        using (var spool = await fixture.ProducerAsync("exact"))
        {
            for (var i = 0; i < calls; i++)
            {
                await AuditFixture.CallAsync(spool, "org-exact", i);
                if (i is 3000 or 7000)
                {
                    await fixture.KillIngestAsync();
                    await fixture.StartIngestAsync();
                }
            }

            await spool.StopAsync(CancellationToken.None);
        }

        await ShouldHoldAsync("org-exact", calls);
    }

    [Fact]
    public async Task ClickHouseKilled_DuringIngest_CostsNoRowAndDoublesNone()
    {
        const int calls = 6_000;
        using (var spool = await fixture.ProducerAsync("killed"))
        {
            for (var i = 0; i < calls; i++)
            {
                await AuditFixture.CallAsync(spool, "org-killed", i);
                if (i % 1500 != 1499)
                    continue;
                await fixture.ClickHouse.KillAsync();
                if (i == 1499)
                {
                    (await fixture.IsReadyAsync("ready")).ShouldBeFalse("its store is away");
                    (await fixture.IsReadyAsync("live")).ShouldBeTrue("liveness does not depend on a store");
                }

                await fixture.ClickHouse.StartAsync();
            }

            await spool.StopAsync(CancellationToken.None);
        }

        await ShouldHoldAsync("org-killed", calls);
    }

    [Fact]
    public async Task Frame_SentAgain_IsAcknowledgedAgainAndStoredOnce()
    {
        var frame = Frame("resender", 1, 5, org: "org-resent");
        for (var i = 0; i < 3; i++)
        {
            var ack = await SendAsync(frame);
            ack.Accepted.ShouldBeTrue();
            (ack.FirstSequence, ack.LastSequence).ShouldBe((1UL, 5UL));
        }

        await ShouldHoldAsync("org-resent", 5);
    }

    [Fact]
    public async Task Frame_WhoseTokenOutlivedItsPart_IsStoredWhenItComesAgain()
    {
        var frame = Frame("orphan", 1, 5, org: "org-orphan");
        (await SendAsync(frame)).Accepted.ShouldBeTrue();
        var part = await fixture.ClickHouse.TextAsync(
            "SELECT path FROM system.parts WHERE name = (SELECT any(_part) FROM gateway_logs WHERE org_id = 'org-orphan') AND table = 'gateway_logs' AND active",
            "TabSeparated");
        await fixture.ClickHouse.KillAsync();
        Directory.Delete(part, recursive: true);
        await fixture.ClickHouse.StartAsync();
        await ShouldHoldAsync("org-orphan", 0);

        frame.Resent = true;
        (await SendAsync(frame)).Accepted.ShouldBeTrue();
        (await SendAsync(frame)).Accepted.ShouldBeTrue();
        await ShouldHoldAsync("org-orphan", 5);
    }

    [Fact]
    public async Task Frame_ThatCannotBeRead_IsRefusedOnceAndHoldsUpNobody()
    {
        var poison = Frame("poisoner", 1, 1, org: "org-poison");
        poison.Records[0] = ByteString.CopyFrom(0xff, 0xff, 0xff);
        using var call = fixture.Wire.Ship();
        await call.RequestStream.WriteAsync(poison);
        await call.RequestStream.WriteAsync(Frame("poisoner", 2, 3, org: "org-poison"));
        await call.RequestStream.WriteAsync(poison);
        await call.RequestStream.CompleteAsync();
        var acks = await call.ResponseStream.ReadAllAsync().ToListAsync();

        acks.Where(a => !a.Accepted).Select(a => a.FirstSequence).ShouldBe([1UL, 1UL]);
        acks.First(a => !a.Accepted).Error.ShouldContain("malformed");
        acks.Single(a => a.Accepted).FirstSequence.ShouldBe(2UL);
        await ShouldHoldAsync("org-poison", 2);
        (await fixture.ClickHouse.CountAsync("SELECT count() FROM platform_logs WHERE kind = 'audit.frame_refused' AND subject = 'poisoner'")).ShouldBe(1);
    }

    internal static Frame Frame(string producer, ulong first, ulong last, string org)
    {
        var now = DateTimeOffset.UtcNow;
        var frame = new Frame { ProducerId = producer, Kind = RecordKind.Gateway, FirstSequence = first, LastSequence = last, Partition = $"{now:yyyy-MM-dd}" };
        for (var sequence = first; sequence <= last; sequence++)
            frame.Records.Add(new GatewayCall { Id = $"{producer}-{sequence}", OrgId = org, CreatedAtMs = now.ToUnixTimeMilliseconds() }.ToByteString());
        return frame;
    }

    private async Task<FrameAck> SendAsync(Frame frame)
    {
        using var call = fixture.Wire.Ship(deadline: DateTime.UtcNow.AddSeconds(30));
        await call.RequestStream.WriteAsync(frame);
        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        return call.ResponseStream.Current;
    }

    private async Task ShouldHoldAsync(string org, int rows)
    {
        (await fixture.ClickHouse.CountAsync($"SELECT count() FROM gateway_logs WHERE org_id = '{org}'")).ShouldBe(rows);
        (await fixture.ClickHouse.CountAsync($"SELECT uniqExact(id) FROM gateway_logs WHERE org_id = '{org}'")).ShouldBe(rows);
    }
}
