using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Gemini;

/// <summary>The API is protobuf underneath: each message knows its fields, in camelCase or snake_case, and refuses any other.</summary>
internal static class GeminiFields
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> s_messages = new Dictionary<string, string>
    {
        ["request"] = "contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels model store serviceTier",
        ["generationConfig"] = "stopSequences responseMimeType responseSchema responseJsonSchema responseModalities candidateCount maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty "
            + "responseLogprobs logprobs enableEnhancedCivicAnswers speechConfig thinkingConfig imageConfig mediaResolution",
        ["thinkingConfig"] = "includeThoughts thinkingBudget thinkingLevel",
        ["content"] = "parts role",
        ["part"] = "text inlineData fileData functionCall functionResponse executableCode codeExecutionResult thought thoughtSignature videoMetadata mediaResolution partMetadata",
        ["functionCall"] = "id name args",
        ["functionResponse"] = "id name response parts willContinue scheduling",
        ["tool"] = "functionDeclarations googleSearch googleSearchRetrieval codeExecution urlContext computerUse googleMaps fileSearch",
        ["functionDeclaration"] = "name description behavior parameters parametersJsonSchema response responseJsonSchema",
        ["schema"] = "type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default items "
            + "minimum maximum",
    }.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.Split(' ').ToFrozenSet());

    public static void Require(JsonElement element, string message, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Refused.Invalid($"Invalid value at '{path}' ({message}), expected an object");
        var known = s_messages[message];
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(Camel(member.Name)))
                throw Refused.Invalid($"Invalid JSON payload received. Unknown name \"{member.Name}\"{(path.Length == 0 ? "" : $" at '{path}'")}: Cannot find field.");
        }
    }

    /// <summary>Gemini's own schema dialect, all the way down.</summary>
    public static void RequireSchema(JsonElement schema, string path)
    {
        Require(schema, "schema", path);
        if (schema.Has("type") && schema.Text("type")?.ToUpperInvariant() is not ("STRING" or "NUMBER" or "INTEGER" or "BOOLEAN" or "ARRAY" or "OBJECT" or "NULL"))
            throw Refused.Invalid($"Invalid value at '{path}.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), {schema.Member("type").GetRawText()}");
        if (schema.Has("properties") && schema.Member("properties").ValueKind != JsonValueKind.Object)
            throw Refused.Invalid($"Invalid value at '{path}.properties' (MapEntry)");
        if (schema.Member("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
                RequireSchema(property.Value, $"{path}.properties[{property.Name}]");
        }

        if (schema.Has("items"))
            RequireSchema(schema.Member("items"), path + ".items");
        foreach (var choice in schema.Get("anyOf").Items())
            RequireSchema(choice, path + ".any_of");
    }

    /// <summary>The member by its camelCase name, written either way.</summary>
    public static JsonElement Get(this JsonElement element, string camel)
    {
        var value = element.Member(camel);
        return value.ValueKind == JsonValueKind.Undefined ? element.Member(Snake(camel)) : value;
    }

    private static string Camel(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
            return name;
        var words = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return words[0] + string.Concat(words.Skip(1).Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static string Snake(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c))
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}
