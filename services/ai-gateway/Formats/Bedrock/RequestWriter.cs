using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Anthropic;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Writes a call as Converse takes it. One for each call.</summary>
internal sealed class RequestWriter(ConvertedCall call)
{
    private readonly ChatRequest _request = call.Request;
    private readonly ConversionNotes _notes = call.Notes;
    private readonly BedrockModel _model = new(call.UpstreamModel);

    public void Write(IBufferWriter<byte> output)
    {
        var system = new List<TextPart>();
        var turns = Turns(system);
        var plan = ConversePlan.Of(call, _model, turns);
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        var blocks = new BlockWriter(call, _model, json);
        json.WriteStartObject();
        WriteSystem(json, system, blocks);
        WriteTurns(json, turns, blocks);
        WriteInference(json, plan);
        new ToolsWriter(call, _model, plan).Write(json);
        new ModelFieldsWriter(call, _model, plan).Write(json);
        WriteMetadata(json);
        WriteServiceTier(json);
        WriteShape(json, plan);
        json.WriteEndObject();
        NoteWhatHasNoPlace();
    }

    /// <summary>Turns as Converse demands them: without blank text, strictly in alternation, the user's first.</summary>
    private List<Turn> Turns(List<TextPart> system)
    {
        foreach (var message in _request.Messages)
            message.Parts.RemoveAll(static part => part is TextPart { Text: var text } && string.IsNullOrWhiteSpace(text));
        _request.Messages.RemoveAll(static message => message.Parts.Count == 0);
        var turns = Turn.Of(call, system, _model.Origin);
        for (var i = turns.Count - 1; i > 0; i--)
        {
            if (turns[i].IsUser != turns[i - 1].IsUser)
                continue;
            turns[i - 1].Parts.AddRange(turns[i].Parts);
            turns.RemoveAt(i);
        }

        if (turns is [{ IsUser: false }, ..])
        {
            _notes.Change("messages");
            turns.Insert(0, new Turn(true, [new TextPart("(The assistant begins.)")]));
        }

        return turns;
    }

    private static void WriteSystem(Utf8JsonWriter json, List<TextPart> system, BlockWriter blocks)
    {
        if (system.Count == 0)
            return;
        json.WriteStartArray("system"u8);
        foreach (var text in system)
            blocks.Write(text);
        json.WriteEndArray();
    }

    private void WriteTurns(Utf8JsonWriter json, List<Turn> turns, BlockWriter blocks)
    {
        json.WriteStartArray("messages"u8);
        foreach (var turn in turns)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, turn.IsUser ? "user"u8 : "assistant"u8);
            json.WriteStartArray("content"u8);
            foreach (var part in turn.Parts)
                blocks.Write(part);
            if (turn.Parts.Exists(static part => part is FilePart) && !turn.Parts.Exists(static part => part is TextPart))
            {
                // Documents alone are refused.
                _notes.Change("messages.content");
                blocks.Write(new TextPart("See the document."));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteInference(Utf8JsonWriter json, ConversePlan plan)
    {
        var stop = _request.Sampling.Stop;
        if (plan is { MaxTokens: null, Temperature: null, TopP: null } && stop.Count == 0)
            return;
        json.WriteStartObject("inferenceConfig"u8);
        json.Optional("maxTokens"u8, plan.MaxTokens);
        json.Optional("temperature"u8, plan.Temperature);
        json.Optional("topP"u8, plan.TopP);
        if (stop.Count > 0)
        {
            json.WriteStartArray("stopSequences"u8);
            foreach (var one in stop)
                json.WriteStringValue(one);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Up to 16 pairs out of a small alphabet (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, requestMetadata).</summary>
    private void WriteMetadata(Utf8JsonWriter json)
    {
        var pairs = new List<(string Key, string Value)>();
        if (_request.EndUser is { } user)
            Add(pairs, "user", user, "user");
        if (_request.Metadata is { ValueKind: JsonValueKind.Object } metadata)
        {
            foreach (var (key, value) in JsonRead.Members(metadata, "metadata"))
                Add(pairs, key, value.StringOrNull(), "metadata");
        }

        if (pairs.Count == 0)
            return;
        json.WriteStartObject("requestMetadata"u8);
        foreach (var (key, value) in pairs)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private void Add(List<(string Key, string Value)> pairs, string key, string? value, string said)
    {
        const int Most = 16;
        const int Longest = 256;
        if (value is null || pairs.Count == Most || key.Length is 0 or > Longest || value.Length > Longest || !key.All(IsPlain) || !value.All(IsPlain) || pairs.Exists(pair => pair.Key == key))
            _notes.Drop(said);
        else
            pairs.Add((key, value));
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || " :_@$#=/+,-.".Contains(c, StringComparison.Ordinal);

    private void WriteServiceTier(Utf8JsonWriter json)
    {
        var tier = _request.ServiceTier switch
        {
            null or "auto" => null,
            "default" or "standard" or "standard_only" => "default",
            "flex" or "priority" or "reserved" => _request.ServiceTier,
            _ => "",
        };
        if (tier is "")
            _notes.Drop("service_tier");
        if (string.IsNullOrEmpty(tier))
            return;
        json.WriteStartObject("serviceTier"u8);
        json.WriteString("type"u8, tier);
        json.WriteEndObject();
    }

    private void WriteShape(Utf8JsonWriter json, ConversePlan plan)
    {
        if (!plan.SendsFormat || _request.OutputFormat is not { } format)
            return;
        var schema = new ArrayBufferWriter<byte>();
        using (var inner = new Utf8JsonWriter(schema, JsonWrite.Options))
        {
            if (StrictSchema.Write(inner, format.Schema))
                _notes.Change("response_format.schema");
        }

        json.WriteStartObject("outputConfig"u8);
        json.WriteStartObject("textFormat"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("structure"u8);
        json.WriteStartObject("jsonSchema"u8);
        json.WriteString("schema"u8, schema.WrittenSpan);
        json.Optional("name"u8, format.Name);
        json.Optional("description"u8, format.Description);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void NoteWhatHasNoPlace()
    {
        var sampling = _request.Sampling;
        if (sampling.Seed is not null)
            _notes.Drop("seed");
        if (sampling.FrequencyPenalty is not (null or 0))
            _notes.Drop("frequency_penalty");
        if (sampling.PresencePenalty is not (null or 0))
            _notes.Drop("presence_penalty");
        if (sampling.Logprobs is true)
            _notes.Drop("logprobs");
        if (sampling.LogitBias is not null)
            _notes.Drop("logit_bias");
        if (sampling.Verbosity is not null)
            _notes.Drop("verbosity");
        if (_request.PromptCacheKey is not null)
            _notes.Drop("prompt_cache_key");
    }
}
