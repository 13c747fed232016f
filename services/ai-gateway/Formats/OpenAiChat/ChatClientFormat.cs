using System.Buffers;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>OpenAI Chat Completions as clients speak it (https://platform.openai.com/docs/api-reference/chat).</summary>
internal sealed class ChatClientFormat : IClientFormat
{
    public WireFormat Format => WireFormat.OpenAiChat;

    public void ReadRequest(ConvertedCall call) => RequestReader.Read(call);

    public void WriteAnswer(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output) => AnswerWriter.Write(answer, call, output);

    public IAnswerEventWriter OpenWriter(ConvertedCall call) => new ChunkWriter(call);
}
