using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Writes a call as generateContent takes it. One for each call.</summary>
internal sealed class RequestWriter(ConvertedCall call)
{
    private readonly ChatRequest _request = call.Request;
    private readonly ConversionNotes _notes = call.Notes;
    private readonly GeminiModel _model = GeminiModel.Of(call.UpstreamModel);

    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        var contents = new ContentsWriter(call, _model, json);
        json.WriteStartObject();
        contents.WriteSystem();
        contents.Write();
        new ToolsWriter(call, _model).Write(json);
        new GenerationConfigWriter(call, _model).Write(json);
        WriteServiceTier(json);
        json.WriteEndObject();
        NoteWhatHasNoPlace();
    }

    private void WriteServiceTier(Utf8JsonWriter json)
    {
        switch (_request.ServiceTier)
        {
            case null or "auto":
                break;
            case "default" or "standard" or "standard_only":
                json.WriteString("serviceTier"u8, "standard"u8);
                break;
            case "flex" or "priority":
                json.WriteString("serviceTier"u8, _request.ServiceTier);
                break;
            default:
                _notes.Drop("service_tier");
                break;
        }
    }

    private void NoteWhatHasNoPlace()
    {
        if (_request.EndUser is not null)
            _notes.Drop("user");
        if (_request.Metadata is not null)
            _notes.Drop("metadata");
        if (_request.PromptCacheKey is not null)
            _notes.Drop("prompt_cache_key");
        if (_request.ParallelToolCalls is false && _request.Tools.Count > 0)
            _notes.Drop("parallel_tool_calls");
        if (_request.Sampling.LogitBias is not null)
            _notes.Drop("logit_bias");
        if (_request.Sampling.Verbosity is not null)
            _notes.Drop("verbosity");
    }
}
