using System.Net;
using System.Net.Http.Headers;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.FanOut;

/// <summary>The provider has no room for all the calls at once. It says nothing about its health.</summary>
internal sealed class ProviderBusyException() : Exception("The provider has no room for that many calls at once.");

/// <summary>
/// The same call several times at once, where a client wants several answers and the provider gives one (<see cref="IConversion.Calls"/>). To the relays they
/// are one answer: as JSON an array of all, as a stream their events interleaved. One that fails is the failure of all: the others are cancelled.
/// </summary>
internal static class SeveralCalls
{
    private const int LargestAnswer = 64 * 1024 * 1024;
    private const int ReadSize = 4096;

    /// <exception cref="ProviderBusyException">There is no room for all of them.</exception>
    public static async Task<HttpResponseMessage> SendAsync(Exchange exchange, RouteCandidate candidate, UpstreamKey? key, int mostUnderWay)
    {
        var branches = new Branches(exchange.Cancelled);
        try
        {
            for (var i = 0; i < exchange.Conversion!.Calls; i++)
            {
                // The first one's place is the call's own.
                if (i > 0 && !branches.TryEnter(candidate.Upstream.Gate, mostUnderWay))
                    throw new ProviderBusyException();
                var request = await UpstreamRequest.MakeAsync(exchange, candidate, exchange.UpstreamBody!, key);
                branches.Sending.Add(candidate.Upstream.Invoker.SendAsync(request, branches.Cancelled));
            }

            await foreach (var done in Task.WhenEach(branches.Sending))
            {
                var response = await done;
                if (response.IsSuccessStatusCode)
                    continue;
                await response.Content.LoadIntoBufferAsync(LargestAnswer, exchange.Cancelled);
                branches.DisposeBut(response);
                return response;
            }

            List<HttpResponseMessage> responses = [.. await Task.WhenAll(branches.Sending)];
            var types = responses.ConvertAll(static response => response.Content.Headers.ContentType?.MediaType);
            if (types.Exists(type => !string.Equals(type, types[0], StringComparison.OrdinalIgnoreCase)))
                throw new HttpIOException(HttpRequestError.InvalidResponse, "The provider's answers to the same call are of several kinds.");
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = UpstreamCaller.IsStream(types[0])
                    ? ContentOf(new InterleavedStream(branches, responses, exchange.Conversion.OpenFraming), types[0]!)
                    : ContentOf(await WholeAsync(branches, responses), "application/json"),
            };
        }
        catch
        {
            branches.Dispose();
            throw;
        }
    }

    private static StreamContent ContentOf(Stream stream, string mediaType) => new(stream) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } };

    /// <summary>All answers as one array.</summary>
    private static async Task<Stream> WholeAsync(Branches branches, List<HttpResponseMessage> responses)
    {
        var reading = responses.ConvertAll(response => ReadAsync(response, LargestAnswer / responses.Count, branches.Cancelled));
        try
        {
            await Task.WhenAll(reading);
            var all = new MemoryStream();
            for (var i = 0; i < reading.Count; i++)
            {
                all.WriteByte(i == 0 ? (byte)'[' : (byte)',');
                all.Write((await reading[i]).WrittenSpan);
            }

            all.WriteByte((byte)']');
            all.Position = 0;
            return all;
        }
        finally
        {
            branches.Dispose();
            foreach (var read in reading)
            {
                if (read.IsCompletedSuccessfully)
                    read.Result.Dispose();
            }
        }
    }

    private static async Task<PooledBuffer> ReadAsync(HttpResponseMessage response, int largest, CancellationToken cancellationToken)
    {
        var answer = new PooledBuffer();
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(answer.GetMemory(ReadSize), cancellationToken) is var read and > 0)
            {
                answer.Advance(read);
                if (answer.Length > largest)
                    throw new HttpIOException(HttpRequestError.ConfigurationLimitExceeded, "The answer is larger than any answer can be.");
            }

            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
