using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Gemini;

internal static class GeminiTools
{
    public static void Read(JsonElement root, Prompt prompt)
    {
        var number = 0;
        foreach (var tool in root.Member("tools").Items())
        {
            var path = $"tools[{number++}]";
            GeminiFields.Require(tool, "tool", path);
            foreach (var function in tool.Get("functionDeclarations").Items())
                ReadFunction(function, $"{path}.function_declarations[{prompt.Tools.Count}]", prompt);
            foreach (var member in tool.EnumerateObject().Where(static member => member.Name is not ("functionDeclarations" or "function_declarations")))
                prompt.Others.Add("tools." + member.Name);
        }

        ReadChoice(root.Get("toolConfig").Get("functionCallingConfig"), prompt);
    }

    private static void ReadFunction(JsonElement function, string path, Prompt prompt)
    {
        GeminiFields.Require(function, "functionDeclaration", path);
        var name = function.Text("name");
        if (name is null || name.Length is 0 or > 128 || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':'))
        {
            throw Refused.Invalid($"* GenerateContentRequest.{path}.name: Invalid function name. Must start with a letter or an underscore. "
                + "Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:) or dashes (-), with a maximum length of 128.");
        }

        var schema = function.Member("parameters");
        var jsonSchema = function.Get("parametersJsonSchema");
        if (schema.ValueKind != JsonValueKind.Undefined && jsonSchema.ValueKind != JsonValueKind.Undefined)
            throw Refused.Invalid($"* GenerateContentRequest.{path}: parameters and parameters_json_schema are mutually exclusive");
        if (schema.ValueKind != JsonValueKind.Undefined)
        {
            GeminiFields.RequireSchema(schema, path + ".parameters");
            if (schema.Text("type")?.ToUpperInvariant() == "OBJECT" && schema.Has("properties") && !schema.Member("properties").EnumerateObject().Any())
                throw Refused.Invalid($"* GenerateContentRequest.{path}.parameters.properties: should be non-empty for OBJECT type");
        }

        prompt.Tools.Add(new ToolSpec(name, function.Text("description"), schema.ValueKind == JsonValueKind.Undefined ? jsonSchema : schema));
    }

    private static void ReadChoice(JsonElement config, Prompt prompt)
    {
        var allowed = config.Get("allowedFunctionNames").Items().Select(static name => name.ToString()).ToList();
        switch (config.Text("mode")?.ToUpperInvariant())
        {
            case null or "AUTO" or "VALIDATED" or "MODE_UNSPECIFIED":
                if (allowed.Count > 0 && config.Text("mode")?.ToUpperInvariant() != "VALIDATED")
                    throw Refused.Invalid("Allowed function names should only be set when function calling mode is ANY or VALIDATED.");
                break;
            case "NONE":
                prompt.ToolChoice = "none";
                break;
            case "ANY":
                if (prompt.Tools.Count == 0)
                    throw Refused.Invalid("Function calling config is set without function_declarations.");
                prompt.ToolChoice = allowed.Count == 1 ? allowed[0] : "required";
                prompt.ToolNamed = allowed.Count == 1;
                if (allowed.Find(name => !prompt.Tools.Exists(tool => tool.Name == name)) is { } unknown)
                    throw Refused.Invalid($"allowed_function_names contains a name that is not declared: {unknown}");
                break;
            case var other:
                throw Refused.Invalid($"Invalid value at 'tool_config.function_calling_config.mode', \"{other}\"");
        }
    }
}
