using Grpc.Core;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Limits.Checks;

namespace ThinkWatch.Limits.Checkpoints;

/// <summary>Settles again what calls used, as their rows tell: the store may have forgotten it. One that it still knows is left alone.</summary>
internal sealed class CallReplay(AuditIngest.AuditIngestClient rows)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <returns>How many it did not know.</returns>
    /// <exception cref="RpcException">The rows cannot be read.</exception>
    public async Task<int> RunAsync(Guid orgId, long since, Settling settling, CancellationToken cancellationToken)
    {
        using var call = rows.EndedCalls(
            new EndedCallsRequest { OrgId = orgId.ToString(), SinceMs = since }, deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken);
        var unknown = 0;
        await foreach (var some in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            foreach (var settlement in some.Settlements)
            {
                if (await settling.SettleAsync(orgId, settlement, Deadline, cancellationToken)) unknown++;
            }
        }

        return unknown;
    }
}
