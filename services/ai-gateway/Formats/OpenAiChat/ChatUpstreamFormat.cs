using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>OpenAI Chat Completions as OpenAI, Azure and many others serve it.</summary>
internal sealed class ChatUpstreamFormat : IUpstreamFormat
{
    public WireFormat Format => WireFormat.OpenAiChat;

    public void WriteRequest(ConvertedCall call, IBufferWriter<byte> output) => RequestWriter.Write(call, output);

    public ChatAnswer ReadAnswer(JsonElement answer, ConvertedCall call) => AnswerReader.Read(answer, call);

    public IAnswerEventReader OpenReader(ConvertedCall call) => new ChunkReader(call);
}
