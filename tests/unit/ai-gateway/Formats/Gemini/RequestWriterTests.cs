using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Gemini;
using static ThinkWatch.AiGateway.Tests.Formats.ProviderSide;

namespace ThinkWatch.AiGateway.Tests.Formats.Gemini;

/// <summary>What Gemini is sent, byte by byte.</summary>
public sealed class RequestWriterTests
{
    private const string Third = "gemini-3-flash-preview";
    private const string Second = "gemini-2.5-flash";

    private static readonly GeminiFormat s_format = new();

    private static Signature Own(string value) => new(SignatureOrigin.Gemini, value);

    private static Signature Foreign(string value) => new(SignatureOrigin.Claude, value);

    [Fact]
    public void Roles_AreTwo_NeighboursMerged_SystemApart()
    {
        var request = Chat(
            Instruction("Be brief."), new Message(Role.Developer, [new TextPart("Be kind.")]),
            User("Hi"), User("there"), Assistant(new TextPart("Hello"), new TextPart("")), User("<é>"));
        Written(s_format, Third, request).ShouldBe(
            """{"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be kind."}]},"contents":[{"role":"user","parts":[{"text":"Hi"},{"text":"there"}]},{"role":"model","parts":[{"text":"Hello"}]},{"role":"user","parts":[{"text":"<é>"}]}]}""");
    }

    [Fact]
    public void System_InTheMiddle_MovesUpAndIsNoted()
    {
        using var call = Call(Third, Chat(User("Hi"), Instruction("Stop.")));
        Written(s_format, call).ShouldBe("""{"systemInstruction":{"parts":[{"text":"Stop."}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""");
        call.Notes.ToString().ShouldBe("changed=messages.system");
    }

    [Theory]
    [InlineData("gemma-3-27b-it")]
    [InlineData(Third)]
    public void System_WhereThereIsNoneOrNothingElse_IsTheUsers(string model)
    {
        var request = model == Third ? Chat(Instruction("Do it.")) : Chat(Instruction("Do it."), User("Hi"));
        Written(s_format, model, request).ShouldStartWith("""{"contents":[{"role":"user","parts":[{"text":"Do it."}""");
    }

    [Fact]
    public void Media_GoByValueOrAddress_WithTheirType()
    {
        var request = Chat(User(
            new ImagePart(new Media("image/png", "AAA=")),
            new ImagePart(new Media(null, null, "https://example.com/cat.webp?x=1")),
            new ImagePart(new Media(null, null, "https://example.com/cat")),
            new FilePart(new Media("application/pdf", "JVBE"), null),
            new FilePart(new Media(null, null, "https://example.com/a.pdf"), null),
            new AudioPart(new Media(null, "UklG"), "mp3")));
        Written(s_format, Second, request).ShouldBe(
            """{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"AAA="}},{"fileData":{"mimeType":"image/webp","fileUri":"https://example.com/cat.webp?x=1"}},{"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.com/cat"}},{"inlineData":{"mimeType":"application/pdf","data":"JVBE"}},{"fileData":{"mimeType":"application/pdf","fileUri":"https://example.com/a.pdf"}},{"inlineData":{"mimeType":"audio/mp3","data":"UklG"}}]}]}""");
    }

    [Fact]
    public void File_OfAnotherStore_IsRefused() =>
        Should.Throw<ConversionException>(() => Written(s_format, Second, Chat(User(new FilePart(new Media(null, null, null, "file-1"), null))))).Param.ShouldBe("file_id");

    [Fact]
    public void ToolLoop_ParallelCalls_NamesByIdAndOwnIdsLeftOut()
    {
        var request = Chat(
            User("Weather?"),
            Assistant(CallTo(MadeId(0), "weather", """{"city": "Ulm"}""") with { Signature = Own("sig") }, CallTo("toolu_1", "weather", "")),
            Tool(Result(MadeId(0), new TextPart("18"), new TextPart("dry"))),
            Tool(new ToolResultPart("toolu_1", [new TextPart("no")], IsError: true)));
        request.Tools.Add(new ToolDefinition("weather", "Tells it", Json("""{"type":"object","properties":{"city":{"type":"string"}},"$schema":"x"}""")));
        Written(s_format, Third, request).ShouldBe(
            """{"contents":[{"role":"user","parts":[{"text":"Weather?"}]},{"role":"model","parts":[{"functionCall":{"name":"weather","args":{"city": "Ulm"}},"thoughtSignature":"sig"},{"functionCall":{"id":"toolu_1","name":"weather","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"output":"18\ndry"}}},{"functionResponse":{"id":"toolu_1","name":"weather","response":{"error":"no"}}}]}],"tools":[{"functionDeclarations":[{"name":"weather","description":"Tells it","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}},"$schema":"x"}}]}]}""");
    }

    [Fact]
    public void Result_WithoutItsCall_IsRefused() =>
        Should.Throw<ConversionException>(() => Written(s_format, Third, Chat(User("a"), Tool(Result("call_9", new TextPart("x")))))).Param.ShouldBe("messages");

    [Fact]
    public void Result_WithMedia_InsideForTheThirdGeneration()
    {
        var request = Chat(
            Assistant(CallTo("a", "shot") with { Signature = Own("s") }),
            Tool(Result("a", new TextPart("here"), new ImagePart(new Media("image/png", "AAA=")), new ImagePart(new Media(null, null, "https://e.com/b.png")))));
        using var call = Call(Third, request);
        Written(s_format, call).ShouldEndWith(
            """{"functionResponse":{"id":"a","name":"shot","response":{"output":"here"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAA="}}]}},{"fileData":{"mimeType":"image/png","fileUri":"https://e.com/b.png"}}]}]}""");
        call.Notes.ToString().ShouldBe("changed=tool_result.media");
    }

    [Fact]
    public void Result_WithMedia_BesideForTheSecondGeneration()
    {
        var request = Chat(Assistant(CallTo("a", "shot")), Tool(Result("a", new ImagePart(new Media("image/png", "AAA=")))));
        Written(s_format, Second, request).ShouldEndWith(
            """{"functionResponse":{"id":"a","name":"shot","response":{"output":""}}},{"inlineData":{"mimeType":"image/png","data":"AAA="}}]}]}""");
    }

    [Fact]
    public void Thoughts_OfItsOwn_GoBackAsTheyCame()
    {
        var request = Chat(
            User("q"),
            Assistant(
                new ThinkingPart("Hm.", null), new ThinkingPart("Ah.", Own("t1")), new TextPart("Answer"), new HiddenThinkingPart(Own("t2")),
                new TextPart("More"), new HiddenThinkingPart(Own("t3")), CallTo("a", "f")));
        Written(s_format, Third, request).ShouldEndWith(
            """{"role":"model","parts":[{"text":"Hm.","thought":true},{"text":"Ah.","thought":true,"thoughtSignature":"t1"},{"text":"Answer","thoughtSignature":"t2"},{"text":"More"},{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"t3"}]}]}""");
    }

    [Fact]
    public void Signature_OfAText_FindsItAlsoFromTheFront()
    {
        var request = Chat(Assistant(new HiddenThinkingPart(Own("t1")), new TextPart("Answer")), User("q"), Assistant(new HiddenThinkingPart(Own("t2")), new ThinkingPart("Hm.", null)));
        Written(s_format, Third, request).ShouldBe(
            """{"contents":[{"role":"model","parts":[{"text":"Answer","thoughtSignature":"t1"}]},{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"text":"","thoughtSignature":"t2"},{"text":"Hm.","thought":true}]}]}""");
    }

    [Fact]
    public void Thoughts_OfOthers_StayBehindAndAreNoted()
    {
        using var call = Call(Third, Chat(Assistant(new ThinkingPart("Hm.", Foreign("c")), new HiddenThinkingPart(Foreign("r")), new TextPart("Answer"))));
        Written(s_format, call).ShouldBe("""{"contents":[{"role":"model","parts":[{"text":"Answer"}]}]}""");
        call.Notes.ToString().ShouldBe("dropped=thinking");
    }

    [Theory]
    [InlineData(Third, """,{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"b","name":"f","args":{}}}""")]
    [InlineData(Second, """,{"functionCall":{"id":"a","name":"f","args":{}}},{"functionCall":{"id":"b","name":"f","args":{}}}""")]
    public void Call_WithoutASignature_SaysSoWhereOneIsDemanded(string model, string expected) =>
        Written(s_format, model, Chat(User("q"), Assistant(new TextPart("x"), CallTo("a", "f"), CallTo("b", "f")))).ShouldContain(expected);

    [Fact]
    public void Arguments_ThatAreNoObject_AreShownAsTheyWere()
    {
        using var call = Call(Second, Chat(Assistant(CallTo("a", "f", "[1"))));
        Written(s_format, call).ShouldContain("""{"functionCall":{"id":"a","name":"f","args":{"arguments":"[1"}}}""");
        call.Notes.ToString().ShouldBe("changed=tool_calls.arguments");
    }

    [Fact]
    public void ToolNames_ThatGeminiRefuses_AreMappedBothWays()
    {
        var request = Chat(User("q"));
        request.Tools.Add(new ToolDefinition("9 lives!", null, null));
        request.Tools.Add(new ToolDefinition("read", null, null) { Namespace = "fs" });
        using var call = Call(Third, request);
        Written(s_format, call).ShouldContain("""[{"name":"_9_lives_"},{"name":"fs__read"}]""");
        var answer = s_format.ReadAnswer(Json("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"_9_lives_"}},{"functionCall":{"name":"fs__read"}}]},"finishReason":"STOP"}]}"""), call);
        answer.Choices[0].Parts.OfType<ToolCallPart>().Select(static part => (part.Namespace, part.Name)).ShouldBe([(null, "9 lives!"), ("fs", "read")]);
    }

    [Theory]
    [InlineData(ToolChoiceMode.Auto, false, ""","toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}}""")]
    [InlineData(ToolChoiceMode.None, false, ""","toolConfig":{"functionCallingConfig":{"mode":"NONE"}}}""")]
    [InlineData(ToolChoiceMode.Required, false, ""","toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}""")]
    [InlineData(ToolChoiceMode.Named, false, ""","toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}}""")]
    [InlineData(ToolChoiceMode.Auto, true, ""","toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}}""")]
    [InlineData(null, true, ""","toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}}""")]
    [InlineData(null, false, """{"name":"f"}]}]}""")]
    internal void ToolChoice_IsSaid(ToolChoiceMode? mode, bool strict, string expected)
    {
        var request = Chat(User("q"));
        request.Tools.Add(new ToolDefinition("f", null, null) { Strict = strict ? true : null });
        request.ToolChoice = mode is { } said ? new ToolChoice(said, said is ToolChoiceMode.Named ? "f" : null) : null;
        Written(s_format, Third, request).ShouldEndWith(expected);
    }

    [Theory]
    [InlineData("g", true)]
    [InlineData("f", false)]
    public void ToolChoice_OfAToolThatIsNotThere_IsRefused(string name, bool hasTools)
    {
        var request = Chat(User("q"));
        if (hasTools)
            request.Tools.Add(new ToolDefinition("f", null, null));
        request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, name);
        Should.Throw<ConversionException>(() => Written(s_format, Third, request)).Param.ShouldBe("tool_choice");
    }

    [Fact]
    public void Sampling_IsSaidInFull()
    {
        var request = Chat(User("q"));
        var sampling = request.Sampling;
        (sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MaxTokens, sampling.Choices) = (0.7, 0.9, 40, 100, 2);
        (sampling.Seed, sampling.PresencePenalty, sampling.FrequencyPenalty, sampling.Logprobs, sampling.TopLogprobs) = (7, 0.5, -0.5, true, 3);
        sampling.Stop.AddRange(["a", "b"]);
        request.ServiceTier = "flex";
        Written(s_format, Third, request).ShouldEndWith(
            ""","generationConfig":{"temperature":0.7,"topP":0.9,"topK":40,"maxOutputTokens":100,"stopSequences":["a","b"],"candidateCount":2,"seed":7,"presencePenalty":0.5,"frequencyPenalty":-0.5,"responseLogprobs":true,"logprobs":3},"serviceTier":"flex"}""");
    }

    [Fact]
    public void WhatGeminiCannotBeTold_IsNoted()
    {
        var request = Chat(User(new TextPart("q") { Cache = new CachePoint(null) }, new ImagePart(new Media("image/png", "AAA="), "high")));
        (request.EndUser, request.Metadata, request.PromptCacheKey, request.ServiceTier) = ("u", Json("{}"), "k", "scale");
        (request.Sampling.LogitBias, request.Sampling.Verbosity, request.Sampling.FrequencyPenalty, request.Sampling.Seed) = (Json("{}"), "low", 1, long.MaxValue);
        request.Tools.Add(new ToolDefinition("f", null, null));
        request.ParallelToolCalls = false;
        using var call = Call(Second, request);
        Written(s_format, call).ShouldEndWith(""","generationConfig":{"seed":-2147483648}}""");
        call.Notes.ToString().ShouldBe("dropped=cache_control,detail,frequency_penalty,service_tier,user,metadata,prompt_cache_key,parallel_tool_calls,logit_bias,verbosity; changed=seed");
    }

    [Theory]
    [InlineData(6, null, "stop")]
    [InlineData(0, 9, "n")]
    public void WhatWouldChangeTheMeaning_IsRefused(int stops, int? choices, string param)
    {
        var request = Chat(User("q"));
        request.Sampling.Stop.AddRange(Enumerable.Repeat("s", stops));
        request.Sampling.Choices = choices;
        Should.Throw<ConversionException>(() => Written(s_format, Third, request)).Param.ShouldBe(param);
    }

    [Fact]
    public void Schema_OfTheAnswer_IsSaid()
    {
        var request = Chat(User("q"));
        request.OutputFormat = new OutputFormat(OutputFormatKind.JsonSchema, "x", Json("""{"type":"object"}"""), true);
        Written(s_format, Second, request).ShouldEndWith(""","generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}}""");
        request.OutputFormat = new OutputFormat(OutputFormatKind.JsonObject);
        request.Tools.Add(new ToolDefinition("f", null, null));
        Written(s_format, Third, request).ShouldEndWith(""""functionDeclarations":[{"name":"f"}]}],"generationConfig":{"responseMimeType":"application/json"}}"""");
    }

    [Fact]
    public void Schema_BesideToolsInTheSecondGeneration_IsAToolThatIsUnwrapped()
    {
        var request = Chat(User("q"));
        request.OutputFormat = new OutputFormat(OutputFormatKind.JsonSchema, "x", Json("""{"type":"object"}"""), true);
        request.Tools.Add(new ToolDefinition("f", null, null));
        using var call = Call(Second, request);
        Written(s_format, call).ShouldEndWith(
            """,{"name":"answer__give_answer","description":"Gives the final answer. Call it when no other function is needed.","parametersJsonSchema":{"type":"object"}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}""");
        Lines(s_format.ReadAnswer(Json("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"answer__give_answer","args":{"a":1}}}]},"finishReason":"STOP"}]}"""), call))
            .ShouldBe("answer  \ntext {\"a\":1}\nfinish Stop STOP");
    }

    [Theory]
    [InlineData(Third, ThinkingMode.On, null, "low", true, """{"includeThoughts":true,"thinkingLevel":"LOW"}""", "")]
    [InlineData(Third, ThinkingMode.On, null, "xhigh", false, """{"thinkingLevel":"HIGH"}""", "changed=reasoning_effort")]
    [InlineData(Third, ThinkingMode.On, 31999L, null, true, """{"includeThoughts":true,"thinkingLevel":"HIGH"}""", "changed=thinking.budget_tokens")]
    [InlineData(Third, ThinkingMode.Off, null, null, false, """{"thinkingLevel":"MINIMAL"}""", "changed=thinking")]
    [InlineData("gemini-3.1-pro-preview", ThinkingMode.Off, null, "none", false, """{"thinkingLevel":"LOW"}""", "changed=thinking")]
    [InlineData(Third, ThinkingMode.Adaptive, null, null, true, """{"includeThoughts":true}""", "")]
    [InlineData(Third, ThinkingMode.Adaptive, null, "medium", false, """{"thinkingLevel":"MEDIUM"}""", "")]
    [InlineData(Second, ThinkingMode.On, 4000L, null, true, """{"includeThoughts":true,"thinkingBudget":4000}""", "")]
    [InlineData(Second, ThinkingMode.On, 31999L, null, false, """{"thinkingBudget":24576}""", "changed=thinking.budget_tokens")]
    [InlineData(Second, ThinkingMode.On, null, "medium", false, """{"thinkingBudget":8192}""", "")]
    [InlineData(Second, ThinkingMode.Off, null, null, false, """{"thinkingBudget":0}""", "")]
    [InlineData(Second, ThinkingMode.Adaptive, null, null, false, """{"thinkingBudget":-1}""", "")]
    [InlineData("gemini-2.5-pro", ThinkingMode.Off, null, null, false, """{"thinkingBudget":128}""", "changed=reasoning_effort")]
    [InlineData("gemini-2.5-flash-lite", ThinkingMode.On, 100L, null, false, """{"thinkingBudget":512}""", "changed=thinking.budget_tokens")]
    [InlineData("gemini-2.0-flash-001", ThinkingMode.On, 100L, null, false, null, "dropped=thinking")]
    internal void Thinking_IsSaidInTheGenerationsWords(string model, ThinkingMode mode, long? budget, string? effort, bool show, string? expected, string notes)
    {
        var request = Chat(User("q"));
        request.Thinking = new ThinkingSettings(mode, budget, effort, show);
        using var call = Call(model, request);
        var written = Written(s_format, call);
        if (expected is null)
            written.ShouldNotContain("thinkingConfig");
        else
            written.ShouldEndWith(""","generationConfig":{"thinkingConfig":""" + expected + "}}");
        call.Notes.ToString().ShouldBe(notes);
    }
}
