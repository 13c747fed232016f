using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Tests.Formats;

/// <summary>What tests of a provider's side share: a call made in code, and answers and events as text that can be compared whole.</summary>
internal static class ProviderSide
{
    public const string RequestId = "01890000-0000-7000-8000-00000000abcd";

    /// <summary>The id that such a call's answer gives to its tool call of that number where the provider gives none.</summary>
    public static string MadeId(int number) => "call_00000000abcd_" + number;

    public static ConvertedCall Call(string upstreamModel, ChatRequest request) =>
        new(JsonDocument.Parse("{}"), "client-model", upstreamModel, RequestId, DateTimeOffset.UnixEpoch) { Request = request };

    public static ChatRequest Chat(params Message[] messages)
    {
        var request = new ChatRequest();
        request.Messages.AddRange(messages);
        return request;
    }

    public static Message User(params Part[] parts) => new(Role.User, [.. parts]);

    public static Message User(string text) => User(new TextPart(text));

    public static Message Assistant(params Part[] parts) => new(Role.Assistant, [.. parts]);

    public static Message Tool(params Part[] parts) => new(Role.Tool, [.. parts]);

    public static Message Instruction(string text) => new(Role.System, [new TextPart(text)]);

    public static ToolCallPart CallTo(string id, string name, string arguments = "{}") => new(id, name, arguments);

    public static ToolResultPart Result(string id, params Part[] content) => new(id, [.. content], IsError: false);

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static string Written(IUpstreamFormat format, ConvertedCall call)
    {
        var output = new ArrayBufferWriter<byte>();
        format.WriteRequest(call, output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        JsonDocument.Parse(text);
        return text;
    }

    public static string Written(IUpstreamFormat format, string upstreamModel, ChatRequest request) => Written(format, Call(upstreamModel, request));

    /// <summary>The events of a stream whose payloads are these, one a line.</summary>
    public static string Events(IUpstreamFormat format, ConvertedCall call, params (string Name, string Data)[] payloads) => Events(format.OpenReader(call), payloads);

    public static string Events(IAnswerEventReader reader, params (string Name, string Data)[] payloads)
    {
        var events = new List<AnswerEvent>();
        foreach (var (name, data) in payloads)
            reader.Read(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(data), events);
        reader.End(events);
        return string.Join('\n', events.Select(Line).Append(reader.IsComplete ? "complete" : "cut"));
    }

    /// <summary>A whole answer, one piece a line.</summary>
    public static string Lines(ChatAnswer answer)
    {
        var lines = new List<string> { $"answer {answer.Id} {answer.Model}" };
        foreach (var choice in answer.Choices)
        {
            lines.AddRange(choice.Parts.Select(Line));
            lines.Add($"finish {choice.Finish?.Reason} {choice.Finish?.Raw} {choice.Finish?.StopSequence}".TrimEnd());
        }

        if (answer.Usage is { } usage)
            lines.Add(Line(usage));
        return string.Join('\n', lines);
    }

    public static string Line(Part part) => part switch
    {
        TextPart text => $"text {text.Text}" + string.Concat(text.Citations.Select(static c => $" [{c.Title} {c.Url} {c.Start}-{c.End} {c.CitedText}]")),
        ThinkingPart thinking => $"thinking {thinking.Text}{Line(thinking.Signature)}",
        HiddenThinkingPart hidden => $"hidden{Line(hidden.Data)}",
        ToolCallPart call => $"call {call.Id} {call.Name} {call.Arguments}{Line(call.Signature)}".TrimEnd(),
        ImagePart image => $"image {image.Media.MediaType} {image.Media.Base64 ?? image.Media.Url}",
        FilePart file => $"file {file.Media.MediaType} {file.Name} {file.Media.Base64 ?? file.Media.Url}",
        AudioPart audio => $"audio {audio.Format} {audio.Media.Base64}",
        RefusalPart refusal => $"refusal {refusal.Text}",
        _ => part.ToString(),
    };

    private static string Line(Signature? signature) => signature is null ? "" : $" <{signature.Origin}:{signature.Value}>";

    private static string Line(TokenUsage usage) => $"usage {usage.Input} {usage.Output} cached {usage.Cached} written {usage.CacheWrite} reasoning {usage.Reasoning}";

    private static string Line(AnswerEvent one) => one switch
    {
        AnswerStarted started => $"started {started.Id} {started.Model}".TrimEnd(),
        BlockStarted started => $"{started.Choice}.{started.Block} {started.Kind}" + (started.Part is null ? "" : " " + Line(started.Part)),
        BlockDelta delta => $"{delta.Choice}.{delta.Block} += {delta.Text}",
        BlockSigned signed => $"{signed.Choice}.{signed.Block} signed{Line(signed.Signature)}",
        BlockCited cited => $"{cited.Choice}.{cited.Block} cited {cited.Citation.Url} {cited.Citation.CitedText}",
        BlockEnded ended => $"{ended.Choice}.{ended.Block} ended",
        LogprobsReported logprobs => $"{logprobs.Choice} logprobs {logprobs.Logprobs.GetRawText()}",
        UsageReported usage => Line(usage.Usage),
        Finished finished => $"{finished.Choice} finished {finished.Finish.Reason} {finished.Finish.Raw} {finished.Finish.StopSequence}".TrimEnd(),
        Faulted faulted => $"fault {faulted.Fault.Message} | {faulted.Fault.Type} | {faulted.Fault.Code}",
        _ => one.GetType().Name,
    };
}
