using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Anthropic;

namespace ThinkWatch.AiGateway.Tests.Formats.Anthropic;

/// <summary>Requests of other surfaces, which know nothing of Anthropic's rules.</summary>
public sealed class RequestPlanTests
{
    private static readonly JsonElement s_open = JsonDocument.Parse("""{"type":"object","properties":{"a":{"type":"integer","minimum":1}}}""").RootElement;

    [Theory]
    [InlineData("claude-3-haiku-20240307", "haiku", 30)]
    [InlineData("claude-3-5-sonnet-20241022", "sonnet", 35)]
    [InlineData("claude-opus-4-20250514", "opus", 40)]
    [InlineData("claude-sonnet-4-5-20250929", "sonnet", 45)]
    [InlineData("us.anthropic.claude-haiku-4-5-20251001-v1:0", "haiku", 45)]
    [InlineData("claude-opus-5-5", "opus", 55)]
    [InlineData("claude-mythos-preview", "mythos", 99)]
    [InlineData("kimi-k2", "", 0)]
    public void Model_ByItsName_IsKnown(string name, string family, int generation) => ClaudeModel.Of(name).ShouldBe(new ClaudeModel(family, generation));

    [Theory]
    [InlineData("claude-sonnet-4-5", ""","max_tokens":64000""", "changed=max_tokens")]
    [InlineData("claude-3-haiku-20240307", ""","max_tokens":4096""", "changed=max_tokens")]
    [InlineData("kimi-k2", ""","max_tokens":8192""", "changed=max_tokens")]
    public void MaxTokens_NotGiven_AreTheModels(string model, string expected, string notes)
    {
        var call = Asked(model);
        Converted.Write(call).ShouldContain(expected);
        call.Notes.ToString().ShouldBe(notes);
    }

    [Fact]
    public void MaxTokens_OfTheCatalog_Bound()
    {
        var call = Asked("claude-sonnet-4-5", maxOutputTokens: 1000);
        Converted.Write(call).ShouldContain("\"max_tokens\":1000");
        call = Asked("claude-sonnet-4-5", static request => request.Sampling.MaxTokens = 5000, maxOutputTokens: 1000);
        Converted.Write(call).ShouldContain("\"max_tokens\":1000");
        call.Notes.ToString().ShouldBe("changed=max_tokens");
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", "high", 8000L, ""","thinking":{"type":"enabled","budget_tokens":4000}""", "changed=effort")]
    [InlineData("claude-sonnet-4-5", "low", 8000L, ""","thinking":{"type":"enabled","budget_tokens":2048}""", "")]
    [InlineData("claude-sonnet-4-5", "low", 1100L, ""","thinking":{"type":"enabled","budget_tokens":1024}""", "changed=effort")]
    [InlineData("claude-sonnet-4-5", "low", 500L, null, "dropped=thinking")]
    [InlineData("claude-3-5-sonnet-20241022", "low", 500L, null, "dropped=thinking")]
    [InlineData("claude-sonnet-4-5", "none", 500L, null, "")]
    [InlineData("claude-sonnet-4-6", "xhigh", 500L, ""","thinking":{"type":"adaptive"},"output_config":{"effort":"high"}""", "changed=effort")]
    [InlineData("claude-opus-5", "minimal", 500L, ""","thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"low"}""", "changed=effort")]
    [InlineData("claude-opus-5", "none", 500L, ""","thinking":{"type":"disabled"}""", "")]
    [InlineData("claude-opus-5-5", "none", 500L, ""","output_config":{"effort":"low"}""", "changed=thinking")]
    [InlineData("claude-sonnet-5-5", "none", 500L, ""","thinking":{"type":"between_tools"}""", "")]
    [InlineData("kimi-k2", "medium", 20000L, ""","thinking":{"type":"enabled","budget_tokens":8192}""", "")]
    public void Effort_OfOpenAi_IsThinkingAsTheModelTakesIt(string model, string effort, long maxTokens, string? expected, string notes)
    {
        var call = Asked(model, request =>
        {
            request.Sampling.MaxTokens = maxTokens;
            request.Thinking = new ThinkingSettings(effort == "none" ? ThinkingMode.Off : ThinkingMode.On, null, effort, ShowThoughts: false);
        });
        var json = Converted.Write(call);
        if (expected is null)
            json.ShouldNotContain("thinking");
        else
            json.ShouldContain(expected);
        call.Notes.ToString().ShouldBe(notes);
    }

    [Fact]
    public void Thinking_WithAForcedTool_IsSwitchedOff()
    {
        var call = Asked("claude-sonnet-4-5", static request =>
        {
            request.Sampling.MaxTokens = 9000;
            request.Tools.Add(new ToolDefinition("f", null, null));
            request.ToolChoice = new ToolChoice(ToolChoiceMode.Required);
            request.Thinking = new ThinkingSettings(ThinkingMode.On, 2000, null, ShowThoughts: true);
        });
        Converted.Write(call).ShouldBe("""{"model":"claude-sonnet-4-5","max_tokens":9000,"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"},"messages":[{"role":"user","content":"Hi"}]}""");
        call.Notes.ToString().ShouldBe("dropped=thinking");
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("sig", true)]
    public void Thinking_InALoopOfTools_GoesOnOnlyWithItsOwnThoughts(string? signature, bool goesOn)
    {
        var call = Asked("claude-sonnet-4-5", request =>
        {
            request.Sampling.MaxTokens = 9000;
            request.Thinking = new ThinkingSettings(ThinkingMode.On, 2000, null, ShowThoughts: true);
            request.Messages.Add(new Message(Role.Assistant,
            [
                new ThinkingPart("hm", signature is null ? new Signature(SignatureOrigin.Gemini, "x") : new Signature(SignatureOrigin.Claude, signature)),
                new ToolCallPart("a", "f", "{}"),
            ]));
            request.Messages.Add(new Message(Role.Tool, [new ToolResultPart("a", [new TextPart("4")], false)]));
        });
        Converted.Write(call).Contains("budget_tokens", StringComparison.Ordinal).ShouldBe(goesOn);
        call.Notes.ToString().ShouldBe(goesOn ? "" : "dropped=thinking");
    }

    [Theory]
    [InlineData("claude-3-haiku-20240307", 1.7, 0.5, ""","temperature":1,"top_p":0.5""", "changed=temperature")]
    [InlineData("claude-sonnet-4-5", 0.7, 0.5, ""","temperature":0.7}""", "dropped=top_p")]
    [InlineData("claude-opus-4-8", 0.7, 0.5, "]}", "dropped=temperature,top_p")]
    [InlineData("claude-opus-4-8", 1.0, 1.0, "]}", "")]
    public void Sampling_IsWhatTheModelTakes(string model, double temperature, double topP, string expected, string notes)
    {
        var call = Asked(model, request =>
        {
            request.Sampling.MaxTokens = 9;
            request.Sampling.Temperature = temperature;
            request.Sampling.TopP = topP;
        });
        Converted.Write(call).ShouldContain(expected);
        call.Notes.ToString().ShouldBe(notes);
    }

    [Fact]
    public void WhatAnthropicLacks_IsNoted()
    {
        var call = Asked("claude-sonnet-4-5", static request =>
        {
            request.Sampling.MaxTokens = 9;
            request.Sampling.Seed = 1;
            request.Sampling.FrequencyPenalty = 1;
            request.Sampling.PresencePenalty = 0;
            request.Sampling.Logprobs = true;
            request.Sampling.Stop.AddRange(["\n", "END"]);
            request.PromptCacheKey = "k";
            request.ServiceTier = "flex";
            request.EndUser = new string('u', 300);
        });
        Converted.Write(call).ShouldBe("""{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"stop_sequences":["END"]}""");
        call.Notes.ToString().ShouldBe("dropped=stop,seed,frequency_penalty,logprobs,prompt_cache_key,user,service_tier");
    }

    [Fact]
    public void Schema_OfAnOpenObject_IsClosedAndSaysSo()
    {
        var call = Asked("claude-sonnet-4-5", static request =>
        {
            request.Sampling.MaxTokens = 9;
            request.OutputFormat = new OutputFormat(OutputFormatKind.JsonSchema, "n", s_open);
        });
        Converted.Write(call).ShouldEndWith(""","output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}}}}""");
        call.Notes.ToString().ShouldBe("changed=response_format.schema");
    }

    [Fact]
    public void Schema_WhereTheModelKnowsNone_IsAForcedToolThatIsUnwrapped()
    {
        var call = Asked("claude-opus-4-1", static request =>
        {
            request.Sampling.MaxTokens = 9;
            request.OutputFormat = new OutputFormat(OutputFormatKind.JsonSchema, "n", s_open, Description: "D");
        });
        Converted.Write(call).ShouldBe("""{"model":"claude-opus-4-1","max_tokens":9,"tools":[{"name":"thinkwatch__json_answer","description":"D","input_schema":{"type":"object","properties":{"a":{"type":"integer","minimum":1}}}}],"tool_choice":{"type":"tool","name":"thinkwatch__json_answer"},"messages":[{"role":"user","content":"Hi"}]}""");
        call.Notes.ToString().ShouldBe("");

        var answer = Converted.Answer("""{"content":[{"type":"tool_use","id":"t","name":"thinkwatch__json_answer","input":{"a":1}}],"stop_reason":"tool_use"}""", call);
        answer.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("""{"a":1}""");
        answer.Choices[0].Finish.ShouldBe(new Finish(FinishReason.Stop, "tool_use"));

        Converted.Events(
            call,
            """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"thinkwatch__json_answer","input":{}}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"1}"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"message_delta","delta":{"stop_reason":"tool_use"}}""").ShouldBe(
            [
                new BlockStarted(0, 0, BlockKind.Text), new BlockDelta(0, 0, "{\"a\":"), new BlockDelta(0, 0, "1}"), new BlockEnded(0, 0),
                new Finished(0, new Finish(FinishReason.Stop, "tool_use")),
            ]);
    }

    [Fact]
    public void JsonObject_BesideTools_LetsTheModelCallThemOrAnswer()
    {
        var call = Asked("claude-sonnet-4-5", static request =>
        {
            request.Sampling.MaxTokens = 9;
            request.Tools.Add(new ToolDefinition("f", null, null));
            request.OutputFormat = new OutputFormat(OutputFormatKind.JsonObject);
        });
        Converted.Write(call).ShouldContain("""{"name":"thinkwatch__json_answer","description":"Gives the answer. Its input is the whole answer, as JSON.","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"}""");
    }

    [Fact]
    public void NamesAndIds_ThatAnthropicRefuses_AreMappedAlike()
    {
        var call = Asked("claude-sonnet-4-5", static request =>
        {
            request.Sampling.MaxTokens = 9;
            request.Tools.Add(new ToolDefinition("search.web", null, null) { Namespace = "mcp" });
            request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, "search.web");
            request.Messages.Add(new Message(Role.Assistant, [new ToolCallPart("call:1", "search.web", "nonsense") { Namespace = "mcp" }]));
            request.Messages.Add(new Message(Role.Tool, [new ToolResultPart("call:1", [], false)]));
        });
        var json = JsonDocument.Parse(Converted.Write(call)).RootElement;
        json.GetProperty("tools")[0].GetProperty("name").GetString().ShouldBe("mcp__search_web");
        json.GetProperty("tool_choice").GetProperty("name").GetString().ShouldBe("mcp__search_web");
        var use = json.GetProperty("messages")[1].GetProperty("content")[0];
        use.GetProperty("name").GetString().ShouldBe("mcp__search_web");
        use.GetProperty("input").GetRawText().ShouldBe("""{"arguments":"nonsense"}""");
        use.GetProperty("id").GetString()!.ShouldMatch("^toolu_[0-9a-f]{24}$");
        json.GetProperty("messages")[2].GetProperty("content")[0].GetProperty("tool_use_id").GetString().ShouldBe(use.GetProperty("id").GetString());
        call.Notes.ToString().ShouldBe("changed=tool_calls.arguments");
        var back = Converted.Answer("""{"content":[{"type":"tool_use","id":"t","name":"mcp__search_web","input":{}}]}""", call);
        back.Choices[0].Parts[0].ShouldBe(new ToolCallPart("t", "search.web", "{}") { Namespace = "mcp" });
    }

    [Theory]
    [InlineData("audio")]
    [InlineData("bmp")]
    [InlineData("file id")]
    [InlineData("zip")]
    [InlineData("choice")]
    public void WhatWouldChangeTheMeaning_IsRefused(string what)
    {
        var call = Asked("claude-sonnet-4-5", request =>
        {
            request.Sampling.MaxTokens = 9;
            request.Tools.Add(new ToolDefinition("f", null, null));
            if (what == "choice")
                request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, "g");
            request.Messages.Add(new Message(Role.User, [what switch
            {
                "audio" => new AudioPart(new Media("audio/wav", "UklG"), "wav"),
                "bmp" => new ImagePart(new Media("image/bmp", "Qk0=")),
                "file id" => new FilePart(new Media(null, null, FileId: "file-1"), null),
                "zip" => new FilePart(new Media("application/zip", "UEs="), null),
                _ => new TextPart("x"),
            }]));
        });
        Should.Throw<ConversionException>(() => Converted.Write(call));
    }

    private static ConvertedCall Asked(string model, Action<ChatRequest>? change = null, long? maxOutputTokens = null)
    {
        var call = Converted.Call("{}", model, maxOutputTokens);
        call.Request.Messages.Add(new Message(Role.User, [new TextPart("Hi")]));
        change?.Invoke(call.Request);
        return call;
    }
}
