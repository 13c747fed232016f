using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Writes <c>generationConfig</c> (https://ai.google.dev/api/generate-content#generationconfig).</summary>
internal sealed class GenerationConfigWriter(ConvertedCall call, GeminiModel model)
{
    private const int MostStops = 5;
    private const int MostChoices = 8;

    private readonly ChatRequest _request = call.Request;
    private readonly Sampling _sampling = call.Request.Sampling;
    private bool _isOpen;

    public void Write(Utf8JsonWriter json)
    {
        Number(json, "temperature"u8, _sampling.Temperature);
        Number(json, "topP"u8, _sampling.TopP);
        Number(json, "topK"u8, _sampling.TopK);
        Number(json, "maxOutputTokens"u8, _sampling.MaxTokens);
        WriteStops(json);
        WriteChoices(json);
        Number(json, "seed"u8, Seed());
        WritePenalties(json);
        WriteLogprobs(json);
        WriteShape(json);
        if (ThinkingPlan.For(call, model) is { } thinking)
            WriteThinking(json, thinking);
        if (_isOpen)
            json.WriteEndObject();
    }

    private void WriteStops(Utf8JsonWriter json)
    {
        if (_sampling.Stop.Count == 0)
            return;
        if (_sampling.Stop.Count > MostStops)
            throw new ConversionException($"This model takes at most {MostStops} stop sequences.", "stop");
        Open(json);
        json.WriteStartArray("stopSequences"u8);
        foreach (var stop in _sampling.Stop)
            json.WriteStringValue(stop);
        json.WriteEndArray();
    }

    private void WriteChoices(Utf8JsonWriter json)
    {
        if (_sampling.Choices is not { } choices || choices == 1)
            return;
        if (choices is < 1 or > MostChoices)
            throw new ConversionException($"This model gives between 1 and {MostChoices} answers.", "n");
        Number(json, "candidateCount"u8, choices);
    }

    /// <summary>Seeds are 32 bits wide here.</summary>
    private long? Seed()
    {
        if (_sampling.Seed is not { } seed || seed is >= int.MinValue and <= int.MaxValue)
            return _sampling.Seed;
        call.Notes.Change("seed");
        return (int)(seed ^ (seed >> 32));
    }

    private void WritePenalties(Utf8JsonWriter json)
    {
        Penalty(json, "presencePenalty"u8, _sampling.PresencePenalty, "presence_penalty");
        Penalty(json, "frequencyPenalty"u8, _sampling.FrequencyPenalty, "frequency_penalty");
    }

    private void Penalty(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value, string said)
    {
        if (value is null or 0)
            return;
        if (model.RefusesPenalties)
            call.Notes.Drop(said);
        else
            Number(json, name, value);
    }

    private void WriteLogprobs(Utf8JsonWriter json)
    {
        if (_sampling.Logprobs is not true)
            return;
        Open(json);
        json.WriteBoolean("responseLogprobs"u8, true);
        if (_sampling.TopLogprobs is { } top and > 0)
            json.WriteNumber("logprobs"u8, top);
    }

    private void WriteShape(Utf8JsonWriter json)
    {
        if (_request.OutputFormat is not { Kind: OutputFormatKind.JsonObject or OutputFormatKind.JsonSchema } format)
            return;
        if (format.Description is not null)
            call.Notes.Drop("response_format.description");
        if (ToolsWriter.ForcesShape(_request, model))
            return;
        if (_request.Tools.Count > 0 && !model.IsThird && _request.ToolChoice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named })
        {
            // A tool will be called, there will be no text to shape.
            call.Notes.Drop("response_format");
            return;
        }

        Open(json);
        json.WriteString("responseMimeType"u8, "application/json"u8);
        json.Optional("responseJsonSchema"u8, format.Schema);
    }

    private void WriteThinking(Utf8JsonWriter json, ThinkingPlan plan)
    {
        Open(json);
        json.WriteStartObject("thinkingConfig"u8);
        if (plan.ShowThoughts)
            json.WriteBoolean("includeThoughts"u8, true);
        json.Optional("thinkingBudget"u8, plan.Budget);
        json.Optional("thinkingLevel"u8, plan.Level);
        json.WriteEndObject();
    }

    private void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is not { } number)
            return;
        Open(json);
        json.WriteNumber(name, number);
    }

    private void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is not { } number)
            return;
        Open(json);
        json.WriteNumber(name, number);
    }

    private void Open(Utf8JsonWriter json)
    {
        if (_isOpen)
            return;
        json.WriteStartObject("generationConfig"u8);
        _isOpen = true;
    }
}
