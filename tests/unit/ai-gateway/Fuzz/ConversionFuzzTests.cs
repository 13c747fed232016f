using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Fuzz;

/// <summary>
/// 100,000 spoiled requests and as many spoiled answers and streams, through every pair of formats: each is converted to valid JSON or refused by the one
/// exception that the pipeline answers; nothing else is ever thrown, nothing grows beyond what went in. A failure names its seed.
/// </summary>
public sealed class ConversionFuzzTests(GatewayFixture gateway)
{
    private const int Runs = 100_000;
    private const int Growth = 64;
    private const int Room = 64 * 1024;

    private readonly int _seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var seed) ? seed : Random.Shared.Next();
    private readonly IClientFormat[] _clients = [.. gateway.Gateway.Services.GetServices<IClientFormat>().Where(static format => format.Format != WireFormat.AnthropicCountTokens)];
    private readonly IUpstreamFormat[] _upstreams = [.. gateway.Gateway.Services.GetServices<IUpstreamFormat>()];

    [Fact]
    public void Requests_Spoiled_AreConvertedOrRefused()
    {
        var output = new ArrayBufferWriter<byte>();
        var (converted, refused) = (0, 0);
        Repeat((mutator, i) =>
        {
            var (format, json) = Corpus.Requests[mutator.Next(Corpus.Requests.Length)];
            var spoiled = mutator.Mutate(json);
            if (!Mutator.TryParse(spoiled, out var document))
                return spoiled;
            var upstream = _upstreams[mutator.Next(_upstreams.Length)];
            using var call = new ConvertedCall(document, "m", "up", "01890000-0000-7000-8000-00000000abcd", DateTimeOffset.UnixEpoch);
            output.ResetWrittenCount();
            try
            {
                _clients.Single(client => client.Format == format).ReadRequest(call);
                upstream.WriteRequest(call, output);
                JsonDocument.Parse(output.WrittenMemory).Dispose();
                converted++;
            }
            catch (ConversionException)
            {
                refused++;
            }

            output.WrittenCount.ShouldBeLessThan((spoiled.Length * Growth) + Room);
            call.Notes.ToString().Length.ShouldBeLessThan(8192);
            return spoiled;
        });

        // The spoiling must not be so crude that nothing gets through, nor so tame that all does.
        converted.ShouldBeGreaterThan(Runs / 20);
        refused.ShouldBeGreaterThan(Runs / 20);
    }

    [Fact]
    public void Answers_Spoiled_AreConvertedOrMalformed()
    {
        var output = new ArrayBufferWriter<byte>();
        var converted = 0;
        Repeat((mutator, _) =>
        {
            var (format, json) = Corpus.Answers[mutator.Next(Corpus.Answers.Length)];
            var spoiled = mutator.Mutate(json);
            if (!Mutator.TryParse(spoiled, out var answer))
                return spoiled;
            using var call = Call();
            output.ResetWrittenCount();
            try
            {
                var read = _upstreams.Single(upstream => upstream.Format == format).ReadAnswer(answer.RootElement, call);
                _clients[mutator.Next(_clients.Length)].WriteAnswer(read, call, output);
                JsonDocument.Parse(output.WrittenMemory).Dispose();
                converted++;
            }
            catch (JsonException) when (output.WrittenCount == 0)
            {
                // malformed: 502
            }

            answer.Dispose();
            output.WrittenCount.ShouldBeLessThan((spoiled.Length * Growth) + Room);
            return spoiled;
        });
        converted.ShouldBeGreaterThan(Runs / 20);
    }

    [Fact]
    public void Streams_Spoiled_AreConvertedOrMalformed()
    {
        var output = new ArrayBufferWriter<byte>();
        var events = new List<AnswerEvent>();
        Repeat((mutator, _) =>
        {
            var (format, whole) = Corpus.Streams[mutator.Next(Corpus.Streams.Length)];
            var lines = Spoil(whole, mutator);
            using var call = Call();
            var reader = _upstreams.Single(upstream => upstream.Format == format).OpenReader(call);
            var writer = _clients[mutator.Next(_clients.Length)].OpenWriter(call);
            output.ResetWrittenCount();
            events.Clear();
            Pump(reader, writer, lines, format == WireFormat.BedrockConverse, events, output);
            EveryEventIsJson(output.WrittenSpan);
            var text = string.Join('\n', lines);
            output.WrittenCount.ShouldBeLessThan((text.Length * Growth) + Room);
            return text;
        });
    }

    [Fact]
    public void Bodies_SpoiledByteByByte_AreScannedOrRefused()
    {
        var surfaces = gateway.Gateway.Services.GetServices<ISurface>().OfType<ICallSurface>().ToArray();
        Repeat((mutator, _) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Corpus.Requests[mutator.Next(Corpus.Requests.Length)].Json);
            for (var i = mutator.Next(4); i >= 0; i--)
                bytes[mutator.Next(bytes.Length)] = (byte)mutator.Next(256);
            var cut = mutator.Next(3) == 0 ? bytes.AsSpan(0, mutator.Next(bytes.Length)) : bytes;
            var surface = surfaces[mutator.Next(surfaces.Length)];
            if (surface.Scan(cut, out var facts) is { } refusal)
                refusal.Status.ShouldBe(400);
            else
                facts.Model.ShouldNotBeNull();
            return Convert.ToBase64String(cut);
        });
    }

    private static ConvertedCall Call() => new(JsonDocument.Parse("{}"), "m", "up", "01890000-0000-7000-8000-00000000abcd", DateTimeOffset.UnixEpoch);

    private static string[] Spoil(string[] whole, Mutator mutator)
    {
        var lines = whole.ToList();
        for (var i = 1 + mutator.Next(2); i > 0 && lines.Count > 0; i--)
        {
            var at = mutator.Next(lines.Count);
            var split = lines[at].IndexOf('{', StringComparison.Ordinal);
            switch (mutator.Next(4))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(mutator.Next(lines.Count), lines[at]);
                    break;
                default:
                    if (split >= 0)
                        lines[at] = Mutator.TryParse(lines[at][split..], out var document) ? lines[at][..split] + Disposing(document, mutator.Mutate(lines[at][split..])) : lines[at];
                    break;
            }
        }

        return [.. lines];
    }

    private static string Disposing(JsonDocument document, string result)
    {
        document.Dispose();
        return result;
    }

    private static void Pump(IAnswerEventReader reader, IAnswerEventWriter writer, string[] lines, bool named, List<AnswerEvent> events, ArrayBufferWriter<byte> output)
    {
        try
        {
            foreach (var line in lines)
            {
                var split = named ? line.IndexOf(' ', StringComparison.Ordinal) : -1;
                reader.Read(Encoding.UTF8.GetBytes(split < 0 ? "" : line[..split]), Encoding.UTF8.GetBytes(line[(split + 1)..]), events);
                Write(writer, events, output);
            }

            reader.End(events);
            Write(writer, events, output);
            if (reader.IsComplete)
                writer.WriteEnd(output);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            writer.WriteFault(Refusals.ProviderMalformed, output);
        }
    }

    private static void Write(IAnswerEventWriter writer, List<AnswerEvent> events, ArrayBufferWriter<byte> output)
    {
        foreach (var answerEvent in events)
        {
            if (answerEvent is not Faulted)
                writer.Write(answerEvent, output);
        }

        events.Clear();
    }

    private static void EveryEventIsJson(ReadOnlySpan<byte> stream)
    {
        using var scratch = new Capture.PooledBuffer();
        var splitter = new SseSplitter();
        while (splitter.TryNext(stream, out var length))
        {
            var data = SseData.Of(stream[..length], scratch);
            if (!data.IsEmpty && !data.SequenceEqual("[DONE]"u8))
                JsonDocument.Parse(Encoding.UTF8.GetString(data)).Dispose();
            stream = stream[length..];
        }

        stream.Length.ShouldBe(0);
    }

    private void Repeat(Func<Mutator, int, string> run)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"FUZZ_SEED={_seed}");
        for (var i = 0; i < Runs; i++)
        {
            var mutator = new Mutator(unchecked(_seed + (i * 7919)));
            try
            {
                run(mutator, i);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"FUZZ_SEED={_seed}, run {i}: {exception.GetType().Name}: {exception.Message}", exception);
            }
        }
    }
}
