using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// Writes <c>additionalModelRequestFields</c>: what Converse has no words for goes to the model in the model's own
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html).
/// </summary>
internal sealed class ModelFieldsWriter(ConvertedCall call, BedrockModel model, ConversePlan plan)
{
    private bool _isOpen;

    public void Write(Utf8JsonWriter json)
    {
        if (model.IsClaude)
            WriteClaude(json);
        else
            WriteOthers(json);
        if (_isOpen)
            json.WriteEndObject();
        if (!model.IsClaude || call.Request.Sampling.Stop.Count == 0)
            return;

        // Which sequence was met is told on request only, under one name whole and under the other streamed.
        json.WriteStartArray("additionalModelResponseFieldPaths"u8);
        json.WriteStringValue("/stop_sequence"u8);
        json.WriteStringValue("/delta/stop_sequence"u8);
        json.WriteEndArray();
    }

    private void WriteClaude(Utf8JsonWriter json)
    {
        if (plan.TopK is not null)
        {
            Open(json);
            json.Optional("top_k"u8, plan.TopK);
        }

        if (plan.Thinking is not null)
        {
            Open(json);
            json.WriteStartObject("thinking"u8);
            json.WriteString("type"u8, plan.Thinking);
            json.Optional("budget_tokens"u8, plan.Budget);
            json.Optional("display"u8, plan.Display);
            json.WriteEndObject();
        }

        if (plan.Effort is not null)
        {
            Open(json);
            json.WriteStartObject("output_config"u8);
            json.WriteString("effort"u8, plan.Effort);
            json.WriteEndObject();
        }

        if (call.Betas.Count > 0)
        {
            Open(json);
            json.WriteStartArray("anthropic_beta"u8);
            foreach (var beta in call.Betas)
                json.WriteStringValue(beta);
            json.WriteEndArray();
        }

        if (ToolsWriter.ChoosesInClaudesWords(call, plan))
        {
            Open(json);
            WriteClaudesChoice(json);
        }
    }

    private void WriteClaudesChoice(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, plan.Choice?.Mode switch
        {
            ToolChoiceMode.None => "none",
            ToolChoiceMode.Required => "any",
            ToolChoiceMode.Named => "tool",
            _ => "auto",
        });
        if (plan.Choice is { Mode: ToolChoiceMode.Named } named)
            json.WriteString("name"u8, ToolsWriter.NameOf(named, call, plan));
        if (plan.Choice is not { Mode: ToolChoiceMode.None })
            json.WriteBoolean("disable_parallel_tool_use"u8, true);
        json.WriteEndObject();
    }

    private void WriteOthers(Utf8JsonWriter json)
    {
        if (plan.TopK is not null)
        {
            Open(json);
            json.WriteStartObject("inferenceConfig"u8);
            json.Optional("topK"u8, plan.TopK);
            json.WriteEndObject();
        }

        if (plan.Effort is null)
            return;
        Open(json);
        if (model.IsGptOss)
        {
            json.WriteString("reasoning_effort"u8, plan.Effort);
            return;
        }

        json.WriteStartObject("reasoningConfig"u8);
        json.WriteString("type"u8, "enabled"u8);
        json.WriteString("maxReasoningEffort"u8, plan.Effort);
        json.WriteEndObject();
    }

    private void Open(Utf8JsonWriter json)
    {
        if (_isOpen)
            return;
        json.WriteStartObject("additionalModelRequestFields"u8);
        _isOpen = true;
    }
}
