using System.Buffers.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>
/// Compares what a client sent with what its provider received: every text, tool and schema, call and argument, result, thought and signature, image and
/// setting of the client's must be there, or be named by a conversion note. Knows no format: it looks for the values themselves.
/// </summary>
internal sealed partial class ConversationDiff
{
    private const string Thoughts = "tw1.thoughts.";
    private const string Signed = "tw1.";

    /// <summary>How a format is laid out, and what is asked about the answer; ids of calls are the providers' own on some.</summary>
    private static readonly HashSet<string> s_layout = new(StringComparer.Ordinal)
    {
        "type", "role", "model", "stream", "stream_options", "id", "call_id", "tool_use_id", "tool_call_id", "object", "status", "index", "include", "store", "$schema",
    };

    /// <summary>Members whose value each format says in its own words, with the names that these words stand under.</summary>
    private static readonly Dictionary<string, string[]> s_translated = new(StringComparer.Ordinal)
    {
        ["tool_choice"] = ["tool_choice", "toolChoice", "functionCallingConfig"],
        ["thinking"] = ["thinking", "reasoning", "reasoning_effort", "thinkingConfig", "output_config"],
        ["reasoning"] = ["thinking", "reasoning", "reasoning_effort", "thinkingConfig", "output_config"],
        ["reasoning_effort"] = ["thinking", "reasoning", "reasoning_effort", "thinkingConfig", "output_config"],
        ["output_config"] = ["thinking", "reasoning", "reasoning_effort", "thinkingConfig", "output_config"],
        ["cache_control"] = ["cache_control", "cachePoint"],
    };

    private readonly Received _received;
    private readonly string[][] _notes;
    private readonly List<string> _lost = [];
    private readonly List<string> _path = [];

    private ConversationDiff(Received received, string notes)
    {
        _received = received;
        _notes = [.. notes.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static note => note[(note.IndexOf('=', StringComparison.Ordinal) + 1)..].Split('.'))];
    }

    /// <summary>What is missing, each as <c>path: value</c>.</summary>
    public static IReadOnlyList<string> Lost(byte[] sent, byte[] received, string notes)
    {
        using var client = JsonDocument.Parse(sent);
        using var provider = JsonDocument.Parse(received);
        var diff = new ConversationDiff(new Received(provider.RootElement), notes);
        diff.Compare(client.RootElement);
        return diff._lost;
    }

    private void Compare(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                CompareMembers(element);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Compare(item);
                break;
            case JsonValueKind.String:
                CompareText(element.GetString()!);
                break;
            case JsonValueKind.Number when !_received.HoldsNumber(element):
                Report(element.GetRawText());
                break;
        }
    }

    private void CompareMembers(JsonElement element)
    {
        if (IsProvidersTool(element, out var tool))
        {
            if (!_received.Holds(tool)) Report(tool, tool);
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            // Names of arguments and of a schema's properties are content; "type" of a property is compared with the rest of its schema.
            var isContent = InSchemaOrArguments();
            if (s_layout.Contains(member.Name) && !isContent) continue;
            _path.Add(member.Name);
            if (isContent && !_received.Names(member.Name)) Report("(the name)");
            else if (s_translated.TryGetValue(member.Name, out var names) && !isContent && member.Value.ValueKind != JsonValueKind.Array) CompareTranslated(names, member.Value);
            else Compare(member.Value);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void CompareTranslated(string[] names, JsonElement value)
    {
        // "auto" and its like are what all do when nothing is said.
        var isDefault = value.ValueKind is JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.GetString() == "auto")
            || (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var type) && type.GetString() == "auto");
        if (!isDefault && !names.Any(_received.Names)) Report(value.GetRawText());
    }

    private void CompareText(string text)
    {
        if (text.Length == 0) return;
        if (text.StartsWith(Thoughts, StringComparison.Ordinal))
        {
            CompareThought(JsonDocument.Parse(Base64Url.DecodeFromChars(text.AsSpan(Thoughts.Length))).RootElement);
            return;
        }

        if (text.StartsWith("data:", StringComparison.Ordinal) && text.IndexOf(";base64,", StringComparison.Ordinal) is > 0 and var comma)
        {
            Expect(text[(comma + ";base64,".Length)..]);
            ExpectKind(text["data:".Length..comma]);
            return;
        }

        if (_path[^1] is "media_type" && !InSchemaOrArguments())
        {
            ExpectKind(text);
            return;
        }

        // A detail that nobody asked for is every provider's default.
        if (_path[^1] is "detail" && text == "auto") return;
        if (text.StartsWith(Signed, StringComparison.Ordinal)) Expect(text[(text.LastIndexOf('.') + 1)..]);
        else if (!_received.Holds(text) && Received.JsonIn(text) is { } inner) CompareInner(inner);
        else Expect(text);
    }

    /// <summary>The gateway's own wrapping of another provider's thought: o(rigin), s(ignature), t(ext), c(all).</summary>
    private void CompareThought(JsonElement thought)
    {
        foreach (var name in (string[])["s", "t"])
        {
            if (thought.TryGetProperty(name, out var value)) Expect(value.GetString()!);
        }
    }

    private void CompareInner(JsonElement inner)
    {
        _path.Add("input_schema"); // arguments as text: what is in them is all content
        Compare(inner);
        _path.RemoveAt(_path.Count - 1);
    }

    /// <summary>A media type, which some providers call by its second half.</summary>
    private void ExpectKind(string type)
    {
        if (!_received.Holds(type)) Expect(type[(type.IndexOf('/', StringComparison.Ordinal) + 1)..]);
    }

    private void Expect(string text)
    {
        if (text.Length == 0 || _received.Holds(text)) return;

        // Addresses of people do not reach providers: that is the guard's doing, and no loss.
        var pieces = Address().Split(text);
        if (pieces.Length == 1 || !_received.Holds("{{EMAIL_") || !pieces.All(_received.Holds)) Report(text);
    }

    private void Report(string value, string? also = null)
    {
        if (!_notes.Any(note => Names(note, also))) _lost.Add($"{string.Join('.', _path)}: {(value.Length > 300 ? value[..300] + "…" : value)}");
    }

    /// <summary>A note names a path when its words stand in it in their order: <c>tools.strict</c>, <c>cache_control</c>.</summary>
    private bool Names(string[] note, string? also)
    {
        var at = 0;
        foreach (var step in also is null ? _path : [.. _path, also])
        {
            if (at < note.Length && Same(note[at], step)) at++;
        }

        return at == note.Length;
    }

    private static bool Same(string note, string step) => note == step || (note, step) switch
    {
        ("thinking" or "thought_signature" or "signature", "signature" or "data" or "encrypted_content" or "thinking_blocks" or "reasoning" or "reasoning_effort" or "thought_signature" or "summary") => true,
        ("thinking", "thinking" or "output_config") => true,
        ("stop", "stop_sequences") => true,
        ("user", "metadata") => true,
        ("max_tokens", "max_completion_tokens" or "max_output_tokens") => true,
        _ => false,
    };

    private bool InSchemaOrArguments() => _path.Exists(static step => step is "input_schema" or "parameters" or "schema" or "arguments")
        || (_path.Count > 1 && _path[0] == "messages" && _path.Contains("input"));

    private bool IsProvidersTool(JsonElement element, out string tool)
    {
        tool = "";
        if (_path.Count == 0 || _path[^1] != "tools" || InSchemaOrArguments()) return false;
        if (!element.TryGetProperty("type", out var type) || type.GetString() is not { } name || name is "function" or "custom" or "namespace") return false;
        tool = name;
        return true;
    }

    [GeneratedRegex("[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+[.][A-Za-z]{2,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
