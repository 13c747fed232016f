using System.Globalization;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AuditIngest.Settlement;

/// <summary>What limits is to be told of a call whose gateway could not: it died, or limits or its store was away.</summary>
internal static class LateSettlement
{
    /// <param name="call">Its row is to say whether limits knows of it.</param>
    /// <param name="isUnanswered">Its producer told limits and had no answer when it sent the row, or died.</param>
    /// <param name="into">What limits is to be told.</param>
    public static void Collect(GatewayCall call, bool isUnanswered, List<SettleRequest> into)
    {
        if (!call.Settled)
            into.Add(Of(call));
        else if (isUnanswered)
            into.Add(IfHeld(call));
        call.Settled &= !isUnanswered;
    }

    /// <summary>
    /// Of a call that limits may have been told of. It was checked, so limits holds something for it until it is settled, and for a day after its lease has ended:
    /// when nothing is held it is settled, however long ago.
    /// </summary>
    private static SettleRequest IfHeld(GatewayCall call)
    {
        var request = Again(call);
        request.Call = null;
        return request;
    }

    /// <summary>Of a call that was settled, as far as anybody knows.</summary>
    public static SettleRequest Again(GatewayCall call)
    {
        var request = Of(call);
        request.Replay = true;
        return request;
    }

    public static SettleRequest Of(GatewayCall call)
    {
        var request = new SettleRequest
        {
            RequestId = call.Id,
            OrgId = call.OrgId,
            Actual = UsageOf(call),
            Unknown = call.Outcome == Outcome.Interrupted && call.UsageSource.Length == 0,
            NotCalled = call.Outcome == Outcome.Cached || call.ProviderId.Length == 0,
            Late = true,
            CreatedAtMs = call.CreatedAtMs,
            Call = new CheckRequest
            {
                RequestId = call.Id,
                OrgId = call.OrgId,
                Surface = "ai_gateway",
                KeyLineageId = call.KeyLineageId,
                UserId = call.UserId,
                ModelId = call.Model,
                Candidates = { new Candidate { ProviderId = call.ProviderId, RouteId = call.RouteId } },
            },
        };
        request.Call.TeamIds.AddRange(call.Teams.Select(static team => team.Id));
        request.Call.RoleIds.AddRange(call.RoleIds);
        return request;
    }

    private static Usage UsageOf(GatewayCall call)
    {
        var isPriced = decimal.TryParse(call.CostUsd, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cost);
        return new Usage
        {
            InputTokens = call.InputTokens,
            OutputTokens = call.OutputTokens,
            WeightedTokens = call.WeightedTokens,
            UsdMicros = isPriced ? (long)Math.Ceiling(cost * 1_000_000m) : 0,
            Unpriced = !isPriced,
        };
    }
}
