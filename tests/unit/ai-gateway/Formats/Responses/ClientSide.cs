using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Responses;

namespace ThinkWatch.AiGateway.Tests.Formats.Responses;

/// <summary>A client of the Responses surface: its requests as they are understood, and what it is sent.</summary>
internal static class ClientSide
{
    public const string RequestId = "01980000-0000-7000-8000-0000000000aa";
    public const string Core = "019800000000700080000000000000aa";

    public static readonly ResponsesFormat Format = new();

    public static ConvertedCall Call(string request) =>
        new(JsonDocument.Parse(request), "m", "upstream-m", RequestId, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public static ConvertedCall Read(string request)
    {
        var call = Call(request);
        Format.ReadRequest(call);
        return call;
    }

    /// <summary>A request whose input does not matter.</summary>
    public static ConvertedCall With(string members) => Read("""{"model":"m","input":"Hi",""" + members + "}");

    public static ConvertedCall Items(string items) => Read("""{"model":"m","input":[""" + items + "]}");

    public static ConversionException Refused(string request) => Should.Throw<ConversionException>(() => Read(request).Dispose());

    /// <summary>One line a message and a part.</summary>
    public static string Lines(ChatRequest request)
    {
        var text = new StringBuilder();
        foreach (var message in request.Messages)
        {
            text.Append(message.Role).Append('\n');
            foreach (var part in message.Parts)
                text.Append("  ").Append(Line(part)).Append(part.Cache is null ? "" : " cached").Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    public static string Whole(ChatAnswer answer, ConvertedCall call)
    {
        var output = new ArrayBufferWriter<byte>();
        Format.WriteAnswer(answer, call, output);
        JsonDocument.Parse(output.WrittenMemory).Dispose();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string Output(ChatAnswer answer, ConvertedCall call)
    {
        using var document = JsonDocument.Parse(Whole(answer, call));
        return document.RootElement.GetProperty("output").GetRawText();
    }

    public static ChatAnswer Answer(Finish? finish, params Part[] parts)
    {
        var choice = new AnswerChoice { Finish = finish };
        choice.Parts.AddRange(parts);
        return new ChatAnswer { Id = "x1", Model = "served-m", Choices = { choice } };
    }

    /// <summary>What a client gets for these events, the stream's end included.</summary>
    public static string Streamed(ConvertedCall call, params IEnumerable<AnswerEvent> events)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Format.OpenWriter(call);
        foreach (var answerEvent in events)
            writer.Write(answerEvent, output);
        writer.WriteEnd(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The events without what each of them repeats: response objects cut to status and output, numbers checked and left out.</summary>
    public static string Short(string stream)
    {
        var text = new StringBuilder();
        var number = 0;
        foreach (var sse in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = sse.Split('\n');
            if (lines.Length == 1)
            {
                text.Append(lines[0]).Append('\n');
                continue;
            }

            var data = lines[1]["data: ".Length..];
            using var document = JsonDocument.Parse(data);
            var root = document.RootElement;
            lines[0].ShouldBe("event: " + root.GetProperty("type").GetString());
            root.GetProperty("sequence_number").GetInt32().ShouldBe(number++);
            if (root.TryGetProperty("response", out var response))
                text.Append(root.GetProperty("type")).Append(' ').Append(response.GetProperty("status")).Append(' ').Append(response.GetProperty("output").GetRawText()).Append('\n');
            else
                text.Append(data.Replace($",\"sequence_number\":{number - 1}", "", StringComparison.Ordinal).Replace(Core, "#", StringComparison.Ordinal)).Append('\n');
        }

        return text.ToString().TrimEnd('\n').Replace(Core, "#", StringComparison.Ordinal);
    }

    private static string Line(Part part) => part switch
    {
        TextPart text => "text " + text.Text + string.Concat(text.Citations.Select(static c => $" [{c.Url} {c.Title} {c.Start}-{c.End}]")),
        ImagePart image => $"image {Of(image.Media)} {image.Detail}".TrimEnd(),
        FilePart file => $"file {Of(file.Media)} {file.Name}".TrimEnd(),
        AudioPart audio => $"audio {Of(audio.Media)} {audio.Format}",
        ToolCallPart call => $"call {call.Id} {call.Namespace}/{call.Name} {call.Arguments} {Of(call.Signature)}".TrimEnd(),
        ToolResultPart result => $"result {result.CallId} {result.Name}: {string.Join(" + ", result.Content.Select(Line))}",
        ThinkingPart thinking => $"thinking {thinking.Text} {Of(thinking.Signature)}".TrimEnd(),
        HiddenThinkingPart hidden => $"hidden {hidden.Id} {Of(hidden.Data)}",
        RefusalPart refusal => "refusal " + refusal.Text,
        _ => part.ToString(),
    };

    private static string Of(Media media) => $"{media.MediaType}|{media.Base64}|{media.Url}|{media.FileId}";

    private static string Of(Signature? signature) => signature is null ? "" : $"<{signature.Origin}:{signature.Value}>";
}
