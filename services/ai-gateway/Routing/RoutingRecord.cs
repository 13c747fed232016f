using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>One try to have a call answered.</summary>
/// <param name="Candidate">Whom it went to.</param>
/// <param name="Status">What the provider answered; 0 = nothing.</param>
/// <param name="Fault">Why it did not do; null for the one that did.</param>
/// <param name="Milliseconds">Until the answer began, or the fault.</param>
internal readonly record struct Attempt(RouteCandidate Candidate, int Status, string? Fault, long Milliseconds);

/// <summary>A candidate that a rule of its own kept out. <paramref name="Rule"/>: its label, e.g. <c>route:requests/1m</c>.</summary>
internal readonly record struct Exclusion(RouteCandidate Candidate, string Rule);

/// <summary>The row's <c>routing</c>: who could have answered with which chances, why this order, who was tried with what result.</summary>
internal static class RoutingRecord
{
    private const string OnlyRoute = "only route";

    public static string Only(RouteCandidate candidate)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, OnlyRoute);
            json.WriteStartArray("candidates"u8);
            Write(json, candidate, 1);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string Of(RoutingDecision decision, IReadOnlyList<RouteCandidate> order, IReadOnlyList<Attempt> attempts, IReadOnlyList<Exclusion> excluded)
    {
        if (excluded.Count == 0 && decision.Routes.Length == 0 && order.Count == 1 && attempts is [{ Fault: null }])
            return order[0].OnlyRouteJson;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, decision, order);
            if (excluded.Count > 0)
                Write(json, excluded);
            json.WriteStartArray("attempts"u8);
            for (var i = 0; i < attempts.Count; i++)
                Write(json, attempts[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, RoutingDecision decision, IReadOnlyList<RouteCandidate> order)
    {
        if (decision.Routes.Length == 0)
        {
            json.WriteString("reason"u8, OnlyRoute);
        }
        else
        {
            json.WriteString("strategy"u8, decision.Strategy);
            json.WriteString("affinity"u8, decision.Affinity);
            json.WriteString("reason"u8, decision.Strategy == RouteShares.Weighted ? "drawn by weight" : "drawn by score");
        }

        json.WriteStartArray("candidates"u8);
        for (var i = 0; i < order.Count; i++)
            Write(json, order[i], ShareOf(decision, order[i]));
        json.WriteEndArray();
    }

    private static double ShareOf(RoutingDecision decision, RouteCandidate route)
    {
        var at = Array.IndexOf(decision.Routes, route);
        return at < 0 ? 1 : decision.Shares[at];
    }

    private static void Write(Utf8JsonWriter json, RouteCandidate candidate, double share)
    {
        json.WriteStartObject();
        json.WriteString("provider"u8, candidate.Upstream.Name);
        json.WriteString("route_id"u8, candidate.RouteId);
        json.WriteString("upstream_model"u8, candidate.UpstreamModel);
        json.WriteNumber("weight"u8, candidate.Weight);
        json.WriteNumber("share"u8, Math.Round(share, 4));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<Exclusion> excluded)
    {
        json.WriteStartArray("excluded"u8);
        for (var i = 0; i < excluded.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("provider"u8, excluded[i].Candidate.Upstream.Name);
            json.WriteString("route_id"u8, excluded[i].Candidate.RouteId);
            json.WriteString("reason"u8, "cap"u8);
            json.WriteString("rule"u8, excluded[i].Rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, in Attempt attempt)
    {
        json.WriteStartObject();
        json.WriteString("provider"u8, attempt.Candidate.Upstream.Name);
        json.WriteString("route_id"u8, attempt.Candidate.RouteId);
        json.WriteNumber("status"u8, attempt.Status);
        if (attempt.Fault is not null)
            json.WriteString("fault"u8, attempt.Fault);
        json.WriteNumber("ms"u8, attempt.Milliseconds);
        json.WriteEndObject();
    }
}
