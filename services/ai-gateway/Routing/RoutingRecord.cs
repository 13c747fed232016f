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

/// <summary>The row's <c>routing</c>: who could have answered, why this order, who was tried with what result.</summary>
internal static class RoutingRecord
{
    public static string Only(RouteCandidate candidate)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Begin(json, "only route", [candidate]);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string Of(IReadOnlyList<RouteCandidate> candidates, string reason, IReadOnlyList<Attempt> attempts)
    {
        if (candidates.Count == 1 && attempts is [{ Fault: null }])
            return candidates[0].OnlyRouteJson;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Begin(json, reason, candidates);
            json.WriteStartArray("attempts"u8);
            for (var i = 0; i < attempts.Count; i++)
                Write(json, attempts[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Begin(Utf8JsonWriter json, string reason, IReadOnlyList<RouteCandidate> candidates)
    {
        json.WriteString("strategy"u8, "weighted"u8);
        json.WriteString("reason"u8, reason);
        json.WriteStartArray("candidates"u8);
        for (var i = 0; i < candidates.Count; i++)
        {
            var candidate = candidates[i];
            json.WriteStartObject();
            json.WriteString("provider"u8, candidate.Upstream.Name);
            json.WriteString("route_id"u8, candidate.RouteId);
            json.WriteString("upstream_model"u8, candidate.UpstreamModel);
            json.WriteNumber("weight"u8, candidate.Weight);
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
