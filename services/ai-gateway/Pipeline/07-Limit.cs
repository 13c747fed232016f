using System.Globalization;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Pipeline;
using Exclusion = ThinkWatch.AiGateway.Routing.Exclusion;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>One question to limits: every rule of everybody concerned, then the first candidate whose own rules pass.</summary>
internal sealed class LimitStage(LimitsGate limits) : IStage
{
    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public async ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        var question = exchange.Question = Question(exchange);
        if (limits.IsStrict(question))
            question.Bound = CallBound.Most(exchange);
        exchange.Limits = await limits.CheckAsync(question, exchange.Cancelled);
        if (exchange.Limits.Reply is { Allowed: false, Strict: true } && question.Bound is null && CallBound.Most(exchange) is { } bound)
        {
            // A strict rule that nobody here knew of: it is asked again with what it wants to know.
            question.Bound = bound;
            exchange.Limits = await limits.CheckAsync(question, exchange.Cancelled);
        }

        if (exchange.Limits.Reply is { } reply)
        {
            WriteHeaders(exchange.Http.Response.Headers, reply);
            foreach (var exclusion in reply.Excluded)
                exchange.Excluded.Add(new Exclusion(exchange.Candidates[exclusion.Candidate], exclusion.Label));
        }

        switch (exchange.Limits.Verdict)
        {
            case LimitsVerdict.Refused:
                return exchange.Limits.Reply?.Refusal is { } refusal ? Refusals.Limited(refusal) : Refusals.LimitsUnavailable;
            case LimitsVerdict.RefusedUnchecked:
                return Refusals.LimitsUnavailable;
            case LimitsVerdict.Allowed when exchange.Limits.Reply is { Candidate: > 0 } chosen && chosen.Candidate < exchange.Candidates.Count:
                // Those before it are at their limit; the reservation is for this one.
                exchange.Candidates.RemoveRange(0, chosen.Candidate);
                return null;
            default:
                return null;
        }
    }

    private static CheckRequest Question(Exchange exchange)
    {
        var principal = exchange.Principal!.Principal;
        var question = new CheckRequest
        {
            RequestId = exchange.IdText,
            OrgId = principal.OrgId,
            Surface = "ai_gateway",
            KeyLineageId = principal.KeyLineageId,
            UserId = principal.UserId,
            ModelId = exchange.Model!.ModelId,
            Estimate = CallBound.Likely(exchange),
        };
        foreach (var team in principal.Teams)
            question.TeamIds.Add(team.Id);
        question.RoleIds.AddRange(principal.RoleIds);
        for (var i = 0; i < exchange.Candidates.Count; i++)
            question.Candidates.Add(exchange.Candidates[i].Limits);
        return question;
    }

    private static void WriteHeaders(IHeaderDictionary headers, CheckReply reply)
    {
        if (reply.Requests is { } requests)
        {
            headers["x-ratelimit-limit-requests"] = Text(requests.Limit);
            headers["x-ratelimit-remaining-requests"] = Text(requests.Remaining);
            headers["x-ratelimit-reset-requests"] = Duration(requests.ResetMs);
        }

        if (reply.Tokens is { } tokens)
        {
            headers["x-ratelimit-limit-tokens"] = Text(tokens.Limit);
            headers["x-ratelimit-remaining-tokens"] = Text(tokens.Remaining);
            headers["x-ratelimit-reset-tokens"] = Duration(tokens.ResetMs);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>As OpenAI writes it: <c>320ms</c>, <c>12s</c>.</summary>
    private static string Duration(long milliseconds) => milliseconds < 1000 ? Text(Math.Max(0, milliseconds)) + "ms" : Text((milliseconds + 999) / 1000) + "s";
}
