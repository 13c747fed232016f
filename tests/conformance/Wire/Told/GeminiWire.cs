using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Reads a <c>generateContent</c> request.</summary>
internal sealed class GeminiWire(Told told)
{
    private static readonly (string Field, string Name)[] s_settings =
    [
        ("temperature", "temperature"), ("topP", "top_p"), ("topK", "top_k"), ("maxOutputTokens", "max_tokens"), ("candidateCount", "n"), ("seed", "seed"), ("stopSequences", "stop"),
        ("presencePenalty", "presence_penalty"), ("frequencyPenalty", "frequency_penalty"), ("responseLogprobs", "logprobs"), ("logprobs", "top_logprobs"),
    ];

    public void Read(JsonElement body)
    {
        using var root = told.Open(body, "");
        if (root.Take("systemInstruction") is { } system)
        {
            using var content = told.Open(system, "systemInstruction");
            foreach (var part in content.Items("parts")) ReadPart(part, Side.System, told.Words);
        }

        foreach (var given in root.Items("contents"))
        {
            using var content = told.Open(given, "contents");
            var side = content.Text("role") switch { "model" => Side.Assistant, "user" => Side.User, var role => throw new InvalidDataException($"a turn of the role {role}") };
            foreach (var part in content.Items("parts")) ReadPart(part, side, told.Words);
        }

        foreach (var tools in root.Items("tools"))
        {
            using var group = told.Open(tools, "tools");
            foreach (var declared in group.Items("functionDeclarations")) ReadTool(declared);
        }

        if (root.Take("toolConfig") is { } config) ReadChoice(config);
        if (root.Take("generationConfig") is { } generation) ReadConfig(generation);
        told.Set("service_tier", root.Text("serviceTier") switch { "standard" => "default", var tier => tier });
    }

    private void ReadTool(JsonElement given)
    {
        using var tool = told.Open(given, "tools");
        told.Tools.Add(new ToldTool(tool.Text("name")!, tool.Text("description"), tool.Take("parametersJsonSchema") is { } schema ? Json.Canonical(schema) : null));
    }

    private void ReadChoice(JsonElement given)
    {
        using var config = told.Open(given, "toolConfig");
        using var choice = told.Open(config.Take("functionCallingConfig")!.Value, "toolConfig.functionCallingConfig");
        var allowed = choice.Items("allowedFunctionNames").ToArray();
        var mode = choice.Text("mode");
        told.Set("tool_choice", (mode, allowed) switch
        {
            ("ANY", [var only]) => "the tool " + only.GetString(),
            ("ANY", []) => "required",
            ("NONE", []) => "none",
            ("AUTO" or "VALIDATED", []) => "auto",
            _ => Json.Canonical(given),
        });

        // Calls are held to their schemas, which other formats say of each tool.
        if (mode is "VALIDATED" or "ANY") told.Set("tools.strict", "true");
    }

    private void ReadConfig(JsonElement given)
    {
        using var config = told.Open(given, "generationConfig");
        foreach (var (field, name) in s_settings) told.Set(name, config.Take(field));
        var (mime, schema) = (config.Text("responseMimeType"), config.Take("responseJsonSchema"));
        told.Set("format", mime switch { null => null, "application/json" => schema is null ? "json_object" : "json_schema", _ => mime });
        told.Set("format.schema", schema);
        if (config.Take("thinkingConfig") is not { } inner) return;
        using var thinking = told.Open(inner, "generationConfig.thinkingConfig");
        told.Set("thinking.budget", thinking.Take("thinkingBudget"));
        told.Set("thinking.effort", thinking.Text("thinkingLevel")?.ToLowerInvariant());
        told.Set("thinking.display", thinking.Flag("includeThoughts") switch { true => "summarized", _ => "omitted" });
    }

    private void ReadPart(JsonElement given, Side side, List<Said> into)
    {
        using var part = told.Open(given, "contents.parts");
        var seal = part.Text("thoughtSignature");
        if (part.Take("functionCall") is { } call)
        {
            using var function = told.Open(call, "contents.parts.functionCall");
            into.Add(told.Call(function.Text("id"), function.Text("name")!, function.Take("args") is { } args ? args.GetRawText() : "", seal));
            return;
        }

        if (seal is not null) told.Seals.Add(seal);
        if (part.Take("functionResponse") is { } response)
        {
            ReadResult(response, side, into);
        }
        else if (part.Take("text") is { } text)
        {
            var isThought = part.Flag("thought") == true;
            if (text.GetString() is { Length: > 0 } words) into.Add(new Said(side, isThought ? "thought" : "text", words) { Seal = isThought ? seal : null });
        }
        else if (part.Take("inlineData") is { } inline)
        {
            using var data = told.Open(inline, "contents.parts.inlineData");
            var type = data.Text("mimeType")!;
            into.Add(new Said(side, KindOf(type), Media.OfBytes(type, data.Text("data")!)));
        }
        else if (part.Take("fileData") is { } file)
        {
            using var data = told.Open(file, "contents.parts.fileData");
            into.Add(new Said(side, KindOf(data.Text("mimeType") ?? ""), data.Text("fileUri")!));
        }
    }

    private void ReadResult(JsonElement given, Side side, List<Said> into)
    {
        using var response = told.Open(given, "contents.parts.functionResponse");
        var result = new Said(side, "result", told.Answered(response.Text("id"), response.Text("name") ?? "(none)"));
        using (var said = told.Open(response.Take("response")!.Value, "contents.parts.functionResponse.response"))
        {
            var error = said.Text("error");
            if (error is not null) result.Marks["is_error"] = "true";
            if ((said.Text("output") ?? error) is { Length: > 0 } text) result.Inner.Add(new Said(side, "text", text));
        }

        foreach (var part in response.Items("parts")) ReadPart(part, side, result.Inner);
        into.Add(result);
    }

    private static string KindOf(string type) => type.Split('/')[0] switch { "image" => "image", "audio" => "audio", _ => "file" };
}
