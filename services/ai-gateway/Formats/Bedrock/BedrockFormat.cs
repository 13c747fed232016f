using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Bedrock's Converse and ConverseStream (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).</summary>
internal sealed class BedrockFormat : IUpstreamFormat, IWireFormat
{
    public WireFormat Format => WireFormat.BedrockConverse;

    public void WriteRequest(ConvertedCall call, IBufferWriter<byte> output) => new RequestWriter(call).Write(output);

    public bool GivesOneAnswer => true;

    public Func<string, bool>? BetasOf(string upstreamModel) => new BedrockModel(upstreamModel).IsClaude ? beta => ClaudeBetas.Takes(upstreamModel, beta) : null;

    public ChatAnswer ReadAnswer(JsonElement answer, ConvertedCall call) => AnswerReader.Read(answer, call);

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
            facts.FinishReason = answer.StringOrNull("stopReason") ?? facts.FinishReason;
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
            return Outcome.Fault(JsonElement.ParseValue(ref reader), null);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
