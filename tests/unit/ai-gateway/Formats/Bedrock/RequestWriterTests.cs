using System.Text;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Bedrock;
using static ThinkWatch.AiGateway.Tests.Formats.ProviderSide;

namespace ThinkWatch.AiGateway.Tests.Formats.Bedrock;

/// <summary>What Converse is sent, byte by byte.</summary>
public sealed class RequestWriterTests
{
    private const string Claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    private const string Older = "anthropic.claude-3-5-sonnet-20241022-v2:0";
    private const string Nova = "amazon.nova-pro-v1:0";
    private const string Llama = "meta.llama3-1-70b-instruct-v1:0";
    private const string Mistral = "mistral.mistral-large-2407-v1:0";

    private static readonly BedrockFormat s_format = new();

    private static Signature Own(string value) => new(SignatureOrigin.Claude, value);

    private static ChatRequest Bounded(params Message[] messages)
    {
        var request = Chat(messages);
        request.Sampling.MaxTokens = 4000;
        return request;
    }

    [Fact]
    public void Roles_AreTwo_NeighboursMerged_SystemApart_BlankLeftOut()
    {
        var request = Chat(Instruction("Be brief."), User("Hi"), User(new TextPart(" "), new TextPart("there")), Assistant(new TextPart("Hello")), User("<é>"));
        Written(s_format, Nova, request).ShouldBe(
            """{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Hi"},{"text":"there"}]},{"role":"assistant","content":[{"text":"Hello"}]},{"role":"user","content":[{"text":"<é>"}]}]}""");
    }

    [Fact]
    public void Turns_Alternate_WhateverIsLeftOut()
    {
        using var call = Call(Claude, Bounded(
            Assistant(new TextPart("Welcome")), User("a"), Assistant(new ThinkingPart("other's", new Signature(SignatureOrigin.Gemini, "x"))), User("b"), Assistant(new TextPart("\n")),
            User(new FilePart(new Media("application/pdf", "AA=="), null))));
        Written(s_format, call).ShouldStartWith(
            """{"messages":[{"role":"user","content":[{"text":"(The assistant begins.)"}]},{"role":"assistant","content":[{"text":"Welcome"}]},{"role":"user","content":[{"text":"a"},{"text":"b"},{"document":{"format":"pdf","name":"document","source":{"bytes":"AA=="}}}]}],""");
        call.Notes.ToString().ShouldBe("dropped=thinking; changed=messages");
        Written(s_format, Nova, Chat(User(new FilePart(new Media("application/pdf", "AA=="), null)))).ShouldContain("""bytes":"AA=="}}},{"text":"See the document."}]""");
    }

    [Fact]
    public void CachePoints_StandBehindWhatTheyKeep()
    {
        var request = Bounded(
            new Message(Role.System, [new TextPart("S") { Cache = new CachePoint("1h") }]), User(new TextPart("a") { Cache = new CachePoint(null) }, new TextPart("b")),
            Assistant(CallTo("t1", "f")), Tool(Result("t1", new TextPart("r") { Cache = new CachePoint("5m") })));
        request.Tools.Add(new ToolDefinition("f", null, null) { Cache = new CachePoint(null) });
        Written(s_format, Claude, request).ShouldBe(
            """{"system":[{"text":"S"},{"cachePoint":{"type":"default","ttl":"1h"}}],"messages":[{"role":"user","content":[{"text":"a"},{"cachePoint":{"type":"default"}},{"text":"b"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"f","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"r"}]}},{"cachePoint":{"type":"default","ttl":"5m"}}]}],"inferenceConfig":{"maxTokens":4000},"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}},{"cachePoint":{"type":"default"}}]}}""");
        using var call = Call(Llama, Chat(User(new TextPart("a") { Cache = new CachePoint(null) })));
        Written(s_format, call).ShouldBe("""{"messages":[{"role":"user","content":[{"text":"a"}]}]}""");
        call.Notes.ToString().ShouldBe("dropped=cache_control");
    }

    [Fact]
    public void Media_GoByValueOrFromS3_WithTheirFormat()
    {
        var request = Chat(User(
            new TextPart("q"),
            new ImagePart(new Media("image/png", "AAA=")),
            new ImagePart(new Media(null, null, "s3://bucket/a.jpg")),
            new FilePart(new Media("application/pdf", "JVBE"), "Q3 report_v2.pdf") { Context = "c", Citations = true },
            new FilePart(new Media("text/plain", "SGk="), null),
            new FilePart(new Media("text/markdown", "SGk="), null)));
        using var call = Call(Nova, request);
        Written(s_format, call).ShouldBe(
            """{"messages":[{"role":"user","content":[{"text":"q"},{"image":{"format":"png","source":{"bytes":"AAA="}}},{"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://bucket/a.jpg"}}}},{"document":{"format":"pdf","name":"Q3 report-v2","source":{"bytes":"JVBE"},"context":"c","citations":{"enabled":true}}},{"document":{"format":"txt","name":"document","source":{"bytes":"SGk="}}},{"document":{"format":"md","name":"document-2","source":{"bytes":"SGk="}}}]}]}""");
        call.Notes.ToString().ShouldBe("changed=filename");
    }

    [Theory]
    [InlineData("https://example.com/cat.png", null, "image/png")]
    [InlineData(null, "file-1", "image/png")]
    [InlineData(null, null, "image/tiff")]
    public void Image_ThatConverseCannotTake_IsRefused(string? url, string? fileId, string type) =>
        Should.Throw<ConversionException>(() => Written(s_format, Nova, Chat(User(new ImagePart(new Media(type, url is null && fileId is null ? "AA==" : null, url, fileId))))))
            .Param.ShouldBe("messages");

    [Fact]
    public void ToolLoop_ResultsWithImagesAndErrors_IdsKept()
    {
        var request = Bounded(
            User("q"), Assistant(new TextPart("x"), CallTo("toolu_1", "shot", """{"a": [1, 2]}"""), CallTo("call 2", "shot", "oops")),
            Tool(Result("toolu_1", new TextPart("here"), new ImagePart(new Media("image/png", "AAA=")), new FilePart(new Media("application/pdf", "JVBE"), "a.pdf"))),
            Tool(new ToolResultPart("call 2", [], IsError: true)), User("next"));
        request.Tools.Add(new ToolDefinition("shot", "Takes one", Json("""{"type":"object","properties":{}}""")));
        using var call = Call(Older, request);
        var id = CallIds.ToUpstream("call 2", new BedrockModel(Older));
        id.ShouldMatch("^call_[a-z0-9]{24}$");
        Written(s_format, call).ShouldBe(
            """{"messages":[{"role":"user","content":[{"text":"q"}]},{"role":"assistant","content":[{"text":"x"},{"toolUse":{"toolUseId":"toolu_1","name":"shot","input":{"a": [1, 2]}}},{"toolUse":{"toolUseId":"@","name":"shot","input":{"arguments":"oops"}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"toolu_1","content":[{"text":"here"},{"image":{"format":"png","source":{"bytes":"AAA="}}},{"document":{"format":"pdf","name":"a","source":{"bytes":"JVBE"}}}]}},{"toolResult":{"toolUseId":"@","content":[],"status":"error"}},{"text":"next"}]}],"inferenceConfig":{"maxTokens":4000},"toolConfig":{"tools":[{"toolSpec":{"name":"shot","description":"Takes one","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}"""
                .Replace("@", id, StringComparison.Ordinal));
        call.Notes.ToString().ShouldBe("changed=tool_calls.arguments");
    }

    [Fact]
    public void Ids_ForMistral_AreNineLettersOrDigits_TheSameForCallAndResult()
    {
        var written = Json(Written(s_format, Mistral, Chat(User("q"), Assistant(CallTo("toolu_1", "f")), Tool(Result("toolu_1", new TextPart("r"))))));
        var messages = written.GetProperty("messages");
        var id = messages[1].GetProperty("content")[0].GetProperty("toolUse").GetProperty("toolUseId").GetString()!;
        id.ShouldMatch("^[a-z0-9]{9}$");
        messages[2].GetProperty("content")[0].GetProperty("toolResult").GetProperty("toolUseId").GetString().ShouldBe(id);
    }

    [Fact]
    public void Conversation_WithCallsButNoTools_DeclaresThoseThatWereCalled()
    {
        using var call = Call(Nova, Chat(User("q"), Assistant(CallTo("a", "f"), CallTo("b", "f")), Tool(Result("a"), Result("b"))));
        Written(s_format, call).ShouldEndWith(""","toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]}}""");
        call.Notes.ToString().ShouldBe("changed=tools");
    }

    [Theory]
    [InlineData(ToolChoiceMode.Auto, null, Nova, ""","toolChoice":{"auto":{}}}}""")]
    [InlineData(ToolChoiceMode.Required, null, Nova, ""","toolChoice":{"any":{}}}}""")]
    [InlineData(ToolChoiceMode.Named, null, Nova, ""","toolChoice":{"tool":{"name":"f"}}}}""")]
    [InlineData(ToolChoiceMode.None, null, Nova, """content":[{"text":"q"}]}]}""")]
    [InlineData(null, null, Nova, """inputSchema":{"json":{"type":"object"}}}}]}}""")]
    [InlineData(null, false, Older, """json":{"type":"object"}}}}]},"additionalModelRequestFields":{"tool_choice":{"type":"auto","disable_parallel_tool_use":true}}}""")]
    [InlineData(ToolChoiceMode.Required, false, Older, ""","additionalModelRequestFields":{"tool_choice":{"type":"any","disable_parallel_tool_use":true}}}""")]
    [InlineData(ToolChoiceMode.Named, false, Older, ""","additionalModelRequestFields":{"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}}}""")]
    internal void ToolChoice_IsSaid(ToolChoiceMode? mode, bool? parallel, string model, string expected)
    {
        var request = model == Nova ? Chat(User("q")) : Bounded(User("q"));
        request.Tools.Add(new ToolDefinition("f", null, null));
        request.ToolChoice = mode is { } said ? new ToolChoice(said, said is ToolChoiceMode.Named ? "f" : null) : null;
        request.ParallelToolCalls = parallel;
        Written(s_format, model, request).ShouldEndWith(expected);
    }

    [Fact]
    public void ToolChoice_NoneAmidALoop_IsSaidToClaudeAndNotedForOthers()
    {
        var request = Bounded(User("q"), Assistant(CallTo("a", "f")), Tool(Result("a", new TextPart("r"))));
        request.Tools.Add(new ToolDefinition("f", null, null));
        request.ToolChoice = new ToolChoice(ToolChoiceMode.None);
        Written(s_format, Older, request).ShouldEndWith(""","additionalModelRequestFields":{"tool_choice":{"type":"none"}}}""");
        using var call = Call(Nova, request);
        Written(s_format, call).ShouldEndWith("""inputSchema":{"json":{"type":"object"}}}}]}}""");
        call.Notes.ToString().ShouldBe("dropped=tool_choice");
    }

    [Theory]
    [InlineData(Nova, "g", true)]
    [InlineData(Nova, "f", false)]
    [InlineData(Llama, "f", true)]
    public void ToolChoice_ThatCannotBe_IsRefused(string model, string name, bool hasTools)
    {
        var request = Chat(User("q"));
        if (hasTools)
            request.Tools.Add(new ToolDefinition("f", null, null));
        request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, name);
        Should.Throw<ConversionException>(() => Written(s_format, model, request)).Param.ShouldBe("tool_choice");
    }

    [Fact]
    public void Thinking_OfClaude_GoesBackAsItCame_AndIsAskedForInItsWords()
    {
        var request = Bounded(
            User("q"),
            Assistant(new ThinkingPart("Hm.", Own("s1")), new HiddenThinkingPart(Own("cmVk")), new ThinkingPart("no", new Signature(SignatureOrigin.Gemini, "x")), CallTo("a", "f")),
            Tool(Result("a", new TextPart("r"))));
        request.Tools.Add(new ToolDefinition("f", null, null));
        request.Thinking = new ThinkingSettings(ThinkingMode.On, 2000, null, true);
        using var call = Call(Claude, request);
        var written = Written(s_format, call);
        written.ShouldContain(
            """{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"s1"}}},{"reasoningContent":{"redactedContent":"cmVk"}},{"toolUse":{""");
        written.ShouldEndWith(""","additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2000}}}""");
        call.Notes.ToString().ShouldBe("dropped=thinking");
    }

    [Theory]
    [InlineData("anthropic.claude-opus-4-7", "high", """{"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"}}""", "")]
    [InlineData("openai.gpt-oss-120b-1:0", "high", """{"reasoning_effort":"high"}""", "")]
    [InlineData("openai.gpt-oss-120b-1:0", "minimal", """{"reasoning_effort":"low"}""", "changed=reasoning_effort")]
    [InlineData("us.amazon.nova-2-lite-v1:0", "medium", """{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}}""", "")]
    [InlineData(Nova, "high", null, "dropped=thinking")]
    public void Thinking_IsAskedForInTheModelsWords(string model, string effort, string? fields, string notes)
    {
        var request = Bounded(User("q"));
        request.Thinking = new ThinkingSettings(ThinkingMode.On, null, effort, true);
        using var call = Call(model, request);
        Written(s_format, call).ShouldEndWith("""inferenceConfig":{"maxTokens":4000}""" + (fields is null ? "}" : ",\"additionalModelRequestFields\":" + fields + "}"));
        call.Notes.ToString().ShouldBe(notes);
    }

    [Fact]
    public void Sampling_IsSaidWhereThereAreWordsForIt()
    {
        var request = Bounded(User("q"));
        (request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.TopK) = (1.5, 0.9, 40);
        request.Sampling.Stop.AddRange(["a", "b"]);
        (request.ServiceTier, request.EndUser, request.Metadata) = ("priority", "u-1", Json("""{"team":"a b","odd":"é"}"""));
        using var call = Call(Nova, request);
        Written(s_format, call).ShouldEndWith(
            ""","inferenceConfig":{"maxTokens":4000,"temperature":1,"topP":0.9,"stopSequences":["a","b"]},"additionalModelRequestFields":{"inferenceConfig":{"topK":40}},"requestMetadata":{"user":"u-1","team":"a b"},"serviceTier":{"type":"priority"}}""");
        call.Notes.ToString().ShouldBe("dropped=metadata; changed=temperature");
        request.Sampling.Temperature = request.Sampling.TopP = null;
        Written(s_format, Older, request).ShouldContain(""","additionalModelRequestFields":{"top_k":40},"additionalModelResponseFieldPaths":["/stop_sequence","/delta/stop_sequence"],""");
    }

    [Fact]
    public void WhatConverseCannotBeTold_IsNoted()
    {
        var request = Chat(User("q"));
        var sampling = request.Sampling;
        (sampling.Seed, sampling.FrequencyPenalty, sampling.PresencePenalty, sampling.Logprobs, sampling.LogitBias, sampling.Verbosity, sampling.TopK) = (1, 1, 1, true, Json("{}"), "low", 3);
        (request.PromptCacheKey, request.ServiceTier, request.ParallelToolCalls) = ("k", "scale", false);
        request.Tools.Add(new ToolDefinition("f", null, null) { Strict = true });
        using var call = Call(Llama, request);
        Written(s_format, call);
        call.Notes.ToString().ShouldBe(
            "dropped=top_k,tools.strict,parallel_tool_calls,service_tier,seed,frequency_penalty,presence_penalty,logprobs,logit_bias,verbosity,prompt_cache_key");
    }

    [Fact]
    public void SeveralAnswers_AreAskedForOneByOne()
    {
        var request = Chat(User("q"));
        var one = Written(s_format, Nova, request);
        request.Sampling.Choices = 2;
        Written(s_format, Nova, request).ShouldBe(one);
    }

    [Fact]
    public void Shape_IsSaidToClaude()
    {
        var request = Bounded(User("q"));
        request.OutputFormat = new OutputFormat(OutputFormatKind.JsonSchema, "x", Json("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"""), true);
        Written(s_format, Claude, request).ShouldEndWith(
            ""","outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":false}","name":"x"}}}}}""");
    }

    [Theory]
    [InlineData(false, """toolChoice":{"tool":{"name":"thinkwatch__json_answer"}}}}""")]
    [InlineData(true, """toolChoice":{"any":{}}}}""")]
    public void Shape_ForOthers_IsAToolThatIsUnwrapped_WholeAndStreamed(bool hasTools, string expected)
    {
        var request = Chat(User("q"));
        if (hasTools)
            request.Tools.Add(new ToolDefinition("f", null, null));
        request.OutputFormat = new OutputFormat(OutputFormatKind.JsonSchema, "x", Json("""{"type":"object"}"""), true);
        using var call = Call(Nova, request);
        Written(s_format, call).ShouldEndWith(
            """{"toolSpec":{"name":"thinkwatch__json_answer","description":"Gives the answer. Its input is the whole answer, as JSON.","inputSchema":{"json":{"type":"object"}}}}],"@""".Replace("@", expected, StringComparison.Ordinal));
        const string Said = """{"output":{"message":{"content":[{"text":"Sure."},{"toolUse":{"toolUseId":"t","name":"thinkwatch__json_answer","input":{"a":1}}}]}},"stopReason":"tool_use"}""";
        Lines(s_format.ReadAnswer(Json(Said), call)).ShouldBe("answer  \ntext {\"a\":1}\nfinish Stop tool_use");
        Events(
            s_format, call,
            ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"thinkwatch__json_answer"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"a\":"}}}"""), ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"1}"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""), ("messageStop", """{"stopReason":"tool_use"}"""))
            .ShouldBe("started\n0.0 Text\n0.0 += {\"a\":\n0.0 += 1}\n0.0 ended\n0 finished Stop tool_use\ncomplete");
    }

    [Fact]
    public void Shape_WhereNoToolCanBeForced_IsRefused()
    {
        var request = Chat(User("q"));
        request.OutputFormat = new OutputFormat(OutputFormatKind.JsonObject);
        Should.Throw<ConversionException>(() => Written(s_format, Llama, request)).Param.ShouldBe("response_format");
    }

    [Fact]
    public void Name_OfADocument_StaysInItsAlphabetAndLength()
    {
        var name = Json(Written(s_format, Nova, Chat(User(new TextPart("q"), new FilePart(new Media("application/pdf", "AA=="), new string('ä', 300) + "  b.pdf"))))).GetProperty("messages")[0]
            .GetProperty("content")[1].GetProperty("document").GetProperty("name").GetString()!;
        name.ShouldBe(new string('-', 200));
        Encoding.ASCII.GetByteCount(name).ShouldBe(200);
    }
}
