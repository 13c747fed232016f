using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>One call as its client made it, and as its provider got it.</summary>
/// <param name="At">The provider's path.</param>
internal sealed record Delivery(RecordedCall Sent, string At, byte[] Received)
{
    /// <summary>What is different and not named.</summary>
    public IReadOnlyList<string> Lost() => ConversationDiff.Lost(Formats.At(Sent.Path), Sent.Body, Formats.At(At), Received, Sent.Notes);

    public static async Task<IReadOnlyList<Delivery>> OfAsync(IReadOnlyCollection<RecordedCall> calls, NodeClients clients, CancellationToken cancellationToken)
    {
        using var simulator = new HttpClient { BaseAddress = await clients.Admin.SimulatorAddressAsync(cancellationToken) };
        var deliveries = new List<Delivery>();
        foreach (var call in calls)
        {
            using var list = JsonDocument.Parse(await simulator.GetStringAsync(new Uri($"simulator/calls?bodies=true&details=true&request_id={call.RequestId}", UriKind.Relative), cancellationToken));
            var received = list.RootElement.GetProperty("calls").EnumerateArray().ToArray();
            received.Length.ShouldBe(1, $"calls of {call.RequestId}, answered with {call.Status}: {call.Answer}");
            deliveries.Add(new Delivery(call with { Body = ItemReferences.Resolved(call, calls) }, received[0].GetProperty("path").GetString()!, received[0].GetProperty("body").GetBytesFromBase64()));
        }

        return deliveries;
    }
}
