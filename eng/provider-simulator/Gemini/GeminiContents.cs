using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Gemini;

/// <summary>
/// Contents: function calls and their responses in pairs of turns, as many and by the same names (there are no ids), and thought signatures where the model
/// had put them.
/// </summary>
internal static class GeminiContents
{
    /// <summary>What Google lets a caller write in place of a signature for a call that another model made.</summary>
    private const string SkipValidation = "skip_thought_signature_validator";

    public static void Read(JsonElement contents, Prompt prompt)
    {
        if (contents.Count() == 0)
            throw Refused.Invalid("* GenerateContentRequest.contents: contents is not specified");
        foreach (var content in contents.EnumerateArray())
        {
            var path = $"contents[{prompt.Turns.Count}]";
            GeminiFields.Require(content, "content", path);
            var role = content.Text("role") ?? "user";
            if (role is not ("user" or "model" or "function"))
                throw Refused.Invalid("Please use a valid role: user, model.");
            var parts = content.Member("parts").Items().Select((part, i) => ReadPart(part, $"{path}.parts[{i}]")).ToList();
            if (parts.Count == 0)
                throw Refused.Invalid($"* GenerateContentRequest.{path}.parts: contents.parts must not be empty.");
            prompt.Turns.Add(new Turn(role == "model" ? "assistant" : "user", parts));
        }

        RequirePairs(prompt.Turns);
        RequireSignatures(prompt);
    }

    public static Part ReadPart(JsonElement part, string path)
    {
        GeminiFields.Require(part, "part", path);
        var signature = ReadSignature(part, path);
        if (part.Text("text") is { } text)
            return part.Flag("thought") == true ? new Part(PartKind.Thinking) { Text = text, Signature = signature } : Part.Of(text) with { Signature = Authentic(signature) };
        if (part.Get("inlineData") is { ValueKind: JsonValueKind.Object } inline)
            return ReadInline(inline, path);
        if (part.Get("fileData") is { ValueKind: JsonValueKind.Object } file)
            return ReadFile(file, path);
        if (part.Get("functionCall") is { ValueKind: JsonValueKind.Object } call)
            return ReadCall(call, signature, path);
        if (part.Get("functionResponse") is { ValueKind: JsonValueKind.Object } response)
            return ReadResponse(response, path);
        return part.EnumerateObject().Any() ? new Part(PartKind.Other) { Name = part.EnumerateObject().First().Name } : throw Refused.Invalid(
            $"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one initialized field");
    }

    private static string? ReadSignature(JsonElement part, string path)
    {
        if (part.Get("thoughtSignature") is not { ValueKind: JsonValueKind.String } value)
            return null;
        var signature = value.GetString()!;
        return signature == SkipValidation || Convert.TryFromBase64String(signature, new byte[signature.Length], out _)
            ? signature
            : throw Refused.Invalid($"Invalid value at '{path}.thought_signature' (TYPE_BYTES), Base64 decoding failed for \"{signature}\"");
    }

    /// <summary>A signature on text proves only that it was made here.</summary>
    private static string? Authentic(string? signature) =>
        signature is null or SkipValidation || Seal.Open(GeminiJson.TextPurpose, signature) is not null ? signature : throw Refused.Invalid("Thought signature is not valid.");

    private static Part ReadInline(JsonElement inline, string path)
    {
        var type = inline.Get("mimeType") is { ValueKind: JsonValueKind.String } mime ? mime.GetString()! : throw Refused.Invalid($"* GenerateContentRequest.{path}.inline_data.mime_type: must not be empty");
        var media = inline.Text("data") is { } data ? Media.FromBase64(data, type) : null;
        if (media is null)
            throw Refused.Invalid($"Invalid value at '{path}.inline_data.data' (TYPE_BYTES), Base64 decoding failed");
        return new Part(KindOf(type)) { Media = media with { FileName = inline.Get("displayName") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null } };
    }

    private static Part ReadFile(JsonElement file, string path)
    {
        var uri = file.Get("fileUri") is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Refused.Invalid($"* GenerateContentRequest.{path}.file_data.file_uri: must not be empty");
        var type = file.Get("mimeType") is { ValueKind: JsonValueKind.String } mime ? mime.GetString()! : null;
        return new Part(type is null ? PartKind.File : KindOf(type)) { Media = Media.FromUrl(uri, type) };
    }

    private static PartKind KindOf(string type)
    {
        if (type is "image/png" or "image/jpeg" or "image/webp" or "image/heic" or "image/heif")
            return PartKind.Image;
        if (type.StartsWith("audio/", StringComparison.Ordinal))
            return PartKind.Audio;
        return type is "application/pdf" or "application/json" || type.StartsWith("text/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal)
            ? PartKind.File
            : throw Refused.Invalid("Unsupported MIME type: " + type);
    }

    private static Part ReadCall(JsonElement call, string? signature, string path)
    {
        GeminiFields.Require(call, "functionCall", path + ".function_call");
        var name = call.Text("name") ?? throw Refused.Invalid($"* GenerateContentRequest.{path}.function_call.name: Name cannot be empty.");
        var arguments = call.Has("args") ? call.Member("args").GetRawText() : "{}";
        if (call.Has("args") && call.Member("args").ValueKind != JsonValueKind.Object)
            throw Refused.Invalid($"Invalid value at '{path}.function_call.args' (type.googleapis.com/google.protobuf.Struct)");
        if (signature is not (null or SkipValidation) && !Seal.IsSignatureOf(signature, GeminiJson.CallPurpose, GeminiJson.Signed(name, arguments)))
            throw Refused.Invalid("Thought signature is not valid.");
        return new Part(PartKind.ToolCall) { Id = call.Text("id"), Name = name, Arguments = arguments, Signature = signature };
    }

    private static Part ReadResponse(JsonElement response, string path)
    {
        GeminiFields.Require(response, "functionResponse", path + ".function_response");
        var name = response.Text("name") ?? throw Refused.Invalid($"* GenerateContentRequest.{path}.function_response.name: Name cannot be empty.");
        var value = response.Member("response");
        if (value.ValueKind != JsonValueKind.Object)
            throw Refused.Invalid($"Invalid value at '{path}.function_response.response' (type.googleapis.com/google.protobuf.Struct)");
        var parts = new List<Part> { Part.Of(TextOf(value)) };
        foreach (var inner in response.Member("parts").Items())
            parts.Add(ReadPart(inner, path + ".function_response.parts"));
        return new Part(PartKind.ToolResult) { Id = response.Text("id"), Name = name, Parts = parts, IsError = value.Has("error") };
    }

    /// <summary>A result that is one text under the customary name is that text.</summary>
    private static string TextOf(JsonElement response)
    {
        var members = response.EnumerateObject().ToList();
        return members is [{ Name: "output" or "result" or "content" or "error", Value.ValueKind: JsonValueKind.String }] ? members[0].Value.GetString()! : response.GetRawText();
    }

    private static void RequirePairs(List<Turn> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            var calls = NamesIn(turns[i], PartKind.ToolCall);
            var results = NamesIn(turns[i], PartKind.ToolResult);
            if (calls.Count > 0 && (turns[i].Role != "assistant" || i == 0 || turns[i - 1].Role != "user"))
                throw Refused.Invalid("Please ensure that function call turn comes immediately after a user turn or after a function response turn.");
            if (results.Count > 0 && (i == 0 || NamesIn(turns[i - 1], PartKind.ToolCall).Count == 0))
                throw Refused.Invalid("Please ensure that function response turn comes immediately after a function call turn.");
            if (calls.Count > 0 && (i + 1 == turns.Count || NamesIn(turns[i + 1], PartKind.ToolResult).Count != calls.Count))
                throw Refused.Invalid("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
            if (results.Count > 0 && !results.Order().SequenceEqual(NamesIn(turns[i - 1], PartKind.ToolCall).Order()))
                throw Refused.Invalid("Please ensure that the names of the function response parts are those of the function call turn.");
        }
    }

    private static List<string> NamesIn(Turn turn, PartKind kind) => [.. turn.Parts.Where(part => part.Kind == kind).Select(static part => part.Name!)];

    /// <summary>In the current turn, that is since the user last spoke, the first call of each step has its signature when the model thinks.</summary>
    private static void RequireSignatures(Prompt prompt)
    {
        if (!(prompt.Thinking.On ?? Behaviour.Of(prompt.Model, null, prompt.Command).Think))
            return;
        for (var i = prompt.Turns.Count - 1; i >= 0; i--)
        {
            var turn = prompt.Turns[i];
            if (turn.Role == "user" && !turn.Parts.Exists(static part => part.Kind == PartKind.ToolResult))
                return;
            if (turn.Role == "assistant" && turn.Parts.Find(static part => part.Kind == PartKind.ToolCall) is { Signature: null } call)
            {
                throw Refused.Invalid($"Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model "
                    + $"performance. Additional data, function call `default_api:{call.Name}` , position {i + 1}.");
            }
        }
    }
}
