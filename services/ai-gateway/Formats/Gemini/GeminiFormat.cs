using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Gemini's generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content), spoken to Google only.</summary>
internal sealed class GeminiFormat : IUpstreamFormat, IWireFormat
{
    public WireFormat Format => WireFormat.Gemini;

    public void WriteRequest(ConvertedCall call, IBufferWriter<byte> output) => new RequestWriter(call).Write(output);

    public ChatAnswer ReadAnswer(JsonElement answer, ConvertedCall call) => new AnswerReader(call).Read(answer);

    public IAnswerEventReader OpenReader(ConvertedCall call) => new StreamReader(call);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var answer = JsonElement.ParseValue(ref reader);
            if (answer.ValueKind != JsonValueKind.Object)
                return false;
            facts.Usage = Outcome.Usage(answer) ?? facts.Usage;
            foreach (var candidate in answer.ItemsOrNone("candidates"))
                facts.FinishReason ??= candidate.StringOrNull("finishReason");
            facts.FinishReason ??= answer.ObjectOrNull("promptFeedback")?.StringOrNull("blockReason");
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public ProviderFault ReadFault(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            var said = JsonElement.ParseValue(ref reader);

            // Streams that fail before they begin answer with a list of one.
            if (said.ValueKind == JsonValueKind.Array && said.GetArrayLength() > 0)
                said = said[0];
            return said.ObjectOrNull("error") is { } error ? Outcome.Fault(error) : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
