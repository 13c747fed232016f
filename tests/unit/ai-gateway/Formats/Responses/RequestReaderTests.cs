using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Responses;
using static ThinkWatch.AiGateway.Tests.Formats.Responses.ClientSide;

namespace ThinkWatch.AiGateway.Tests.Formats.Responses;

/// <summary>What a Responses request is understood as.</summary>
public sealed class RequestReaderTests
{
    [Fact]
    public void Input_AsText_IsTheUsers_InstructionsComeFirst()
    {
        using var call = With("\"instructions\":\"Be brief.\",\"stream\":true");
        Lines(call.Request).ShouldBe("System\n  text Be brief.\nUser\n  text Hi");
        call.Request.Stream.ShouldBeTrue();
        call.Notes.ToString().ShouldBe("");
    }

    [Fact]
    public void Messages_OfEveryRole_WithEveryContent_AreRead()
    {
        using var call = Items("""
            {"role":"developer","content":"Rules"},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"Look","prompt_cache_breakpoint":{"mode":"explicit"}},
              {"type":"input_image","detail":"low","image_url":"data:image/png;base64,AAA="},{"type":"input_image","image_url":"https://x/y.png"},{"type":"input_image","file_id":"file-1"},
              {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"},{"type":"input_file","filename":"b.pdf","file_data":"JVBE"},
              {"type":"input_file","file_url":"https://x/c.pdf"},{"type":"input_file","file_id":"file-2"},{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}}]},
            {"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"A cat","annotations":[{"type":"url_citation","url":"https://c","title":"Cats","start_index":0,"end_index":5}]},
              {"type":"refusal","refusal":"No."}]},
            {"role":"system","content":"Late"}
            """);
        Lines(call.Request).ShouldBe("""
            Developer
              text Rules
            User
              text Look cached
              image image/png|AAA=|| low
              image ||https://x/y.png|
              image |||file-1
              file application/pdf|JVBE|| a.pdf
              file application/pdf|JVBE|| b.pdf
              file ||https://x/c.pdf|
              file |||file-2
              audio audio/wav|UklG|| wav
            Assistant
              text A cat [https://c Cats 0-5]
              refusal No.
            System
              text Late
            """);
        call.Notes.ToString().ShouldBe("");
    }

    [Fact]
    public void ToolLoop_WithThoughts_IsOneTurnOfTheAssistantAgain()
    {
        var claude = ThoughtText.Of(new ThinkingPart("Hm.", new Signature(SignatureOrigin.Claude, "s1")));
        var hidden = ThoughtText.Of(new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, "r1")));
        var gemini = ThoughtText.Of("c2", new Signature(SignatureOrigin.Gemini, "g1"));
        using var call = Items($$"""
            {"role":"user","content":"Weather?"},
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"changed by the client"}],"encrypted_content":"{{claude}}"},
            {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"{{hidden}}"},
            {"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"gAAAA"},
            {"type":"message","role":"assistant","content":"Let me look."},
            {"type":"function_call","call_id":"c1","name":"weather","namespace":"sky","arguments":"{\"city\": \"Ulm\"}"},
            {"type":"custom_tool_call","call_id":"c2","name":"apply_patch","input":"*** \"x\"\n"},
            {"type":"reasoning","summary":[],"encrypted_content":"{{gemini}}"},
            {"type":"function_call_output","call_id":"c1","output":"18"},
            {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"ok"},{"type":"input_image","image_url":"data:image/png;base64,AAA="},{"type":"input_file","filename":"a.txt","file_data":"aGk="}]},
            {"type":"reasoning","summary":[{"type":"summary_text","text":"Only read."}]}
            """);
        Lines(call.Request).ShouldBe("""
            User
              text Weather?
            Assistant
              thinking Hm. <Claude:s1>
              hidden  <Claude:r1>
              hidden rs_3 <OpenAi:gAAAA>
              text Let me look.
              call c1 sky/weather {"city": "Ulm"}
              call c2 /apply_patch {"input":"*** \"x\"\n"} <Gemini:g1>
            Tool
              result c1 weather: text 18
              result c2 apply_patch: text ok + image image/png|AAA=|| + file text/plain|aGk=|| a.txt
            Assistant
              thinking Only read.
            """);
    }

    [Fact]
    public void Items_OfToolsThatRunAtOpenAi_AreNoted()
    {
        using var call = Items("""
            {"role":"user","content":"Hi"},{"type":"web_search_call","id":"ws_1","status":"completed"},{"type":"local_shell_call","id":"l","call_id":"c","action":{},"status":"completed"},
            {"type":"local_shell_call_output","id":"l","output":""},{"type":"reasoning","id":"rs_9","summary":[]},{"type":"image_generation_call","id":"ig_1","status":"completed","result":"AAA="}
            """);
        Lines(call.Request).ShouldBe("User\n  text Hi\nAssistant\n  image image/png|AAA=||");
        call.Notes.ToString().ShouldBe("dropped=input.web_search_call,input.local_shell_call,input.local_shell_call_output,input.reasoning");
    }

    [Fact]
    public void Tools_OfEveryKind_BecomeFunctionsOrANote()
    {
        using var call = With("""
            "tools":[{"type":"function","name":"weather","description":"Tells","strict":true,"parameters":{"type":"object","properties":{}}},
              {"type":"namespace","name":"fs","description":"Files","tools":[{"type":"function","name":"read"},{"type":"custom","name":"edit"}]},
              {"type":"custom","name":"apply_patch","description":"Patches","format":{"type":"grammar","syntax":"lark","definition":"start: \"x\""}},
              {"type":"web_search"},{"type":"file_search","vector_store_ids":[]},{"type":"code_interpreter"},{"type":"image_generation"},{"type":"mcp","server_label":"a"},{"type":"local_shell"},{"type":"computer"}],
            "tool_choice":"required","parallel_tool_calls":false
            """);
        var tools = call.Request.Tools;
        tools.Select(static tool => $"{tool.Namespace}/{tool.Name} {tool.Description} {tool.Strict}".TrimEnd()).ShouldBe(["/weather Tells True", "fs/read Files", "fs/edit Files", "/apply_patch Patches"]);
        tools[1].Schema!.Value.GetRawText().ShouldBe("""{"type":"object","properties":{}}""");
        tools[3].Schema!.Value.GetRawText().ShouldBe(
            """{"type":"object","properties":{"input":{"type":"string","description":"The tool's input: the raw text itself, which must follow this lark grammar:\nstart: \"x\""}},"required":["input"],"additionalProperties":false}""");
        call.Request.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceMode.Required));
        call.Request.ParallelToolCalls.ShouldBe(false);
        call.Notes.ToString().ShouldBe(
            "dropped=tools.web_search,tools.file_search,tools.code_interpreter,tools.image_generation,tools.mcp,tools.local_shell,tools.computer; changed=tools.custom");
    }

    [Theory]
    [InlineData("\"auto\"", "Auto", null)]
    [InlineData("\"none\"", "None", null)]
    [InlineData("""{"type":"function","name":"a"}""", "Named", "a")]
    [InlineData("""{"type":"custom","name":"b"}""", "Named", "b")]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"a"}]}""", "Required", null)]
    public void ToolChoice_InEveryForm_IsRead(string choice, string mode, string? name)
    {
        using var call = With($$""" "tools":[{"type":"function","name":"a"},{"type":"custom","name":"b"}],"tool_choice":{{choice}} """);
        call.Request.ToolChoice.ShouldBe(new ToolChoice(Enum.Parse<ToolChoiceMode>(mode), name));
        if (choice.Contains("allowed", StringComparison.Ordinal))
        {
            call.Request.Tools.ShouldHaveSingleItem().Name.ShouldBe("a");
            call.Notes.Changed.ShouldContain("tool_choice.allowed_tools");
        }
    }

    [Fact]
    public void Settings_AreRead_TheRestIsNoted()
    {
        using var call = With("""
            "temperature":0.5,"top_p":0.9,"max_output_tokens":100,"top_logprobs":3,"include":["reasoning.encrypted_content","message.output_text.logprobs","file_search_call.results"],
            "metadata":{"a":"b"},"user":"u","safety_identifier":"s","prompt_cache_key":"k","service_tier":"flex","store":false,"background":false,"truncation":"auto","max_tool_calls":3,
            "client_metadata":{"x":1},"stream_options":{"include_obfuscation":false},"reasoning":{"effort":"high","summary":"auto"},
            "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","strict":true,"description":"d","schema":{"type":"object"}}}
            """);
        var request = call.Request;
        var sampling = request.Sampling;
        (sampling.Temperature, sampling.TopP, sampling.MaxTokens, sampling.Logprobs, sampling.TopLogprobs, sampling.Verbosity).ShouldBe((0.5, 0.9, 100, true, 3, "low"));
        (request.EndUser, request.PromptCacheKey, request.ServiceTier, request.Metadata!.Value.GetRawText()).ShouldBe(("s", "k", "flex", """{"a":"b"}"""));
        request.Thinking.ShouldBe(new ThinkingSettings(ThinkingMode.On, null, "high", true));
        var format = request.OutputFormat!;
        (format.Kind, format.Name, format.Strict, format.Description, format.Schema!.Value.GetRawText()).ShouldBe((OutputFormatKind.JsonSchema, "n", true, "d", """{"type":"object"}"""));
        call.Notes.ToString().ShouldBe("dropped=include.file_search_call.results,truncation,max_tool_calls,client_metadata");
    }

    [Theory]
    [InlineData("""{"effort":"none"}""", "Off", "none", false)]
    [InlineData("""{"effort":"low","summary":null}""", "On", "low", false)]
    [InlineData("""{"summary":"detailed"}""", "Adaptive", null, true)]
    public void Reasoning_IsThinking(string reasoning, string mode, string? effort, bool shows)
    {
        using var call = With("\"reasoning\":" + reasoning);
        call.Request.Thinking.ShouldBe(new ThinkingSettings(Enum.Parse<ThinkingMode>(mode), null, effort, shows));
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":[1]}""", "input[0]")]
    [InlineData("""{"model":"m","input":[{"role":"king","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"model":"m","input":[{"role":"user"}]}""", "input[0].content")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"hologram"}]}]}""", "input[0].content[0].type")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"\ud800"}]}]}""", "input[0].content[0].text")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"data:image/png,raw"}]}]}""", "input[0].content[0].image_url")]
    [InlineData("""{"model":"m","input":[{"type":"function_call","name":"a"}]}""", "input[0].call_id")]
    [InlineData("""{"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}""", "input[0]")]
    [InlineData("""{"model":"m","input":[{"id":"msg_1"}]}""", "input[0]")]
    [InlineData("""{"model":"m","input":[{"type":"compaction","encrypted_content":"x"}]}""", "input[0]")]
    [InlineData("""{"model":"m","input":[{"type":"reasoning","summary":[],"encrypted_content":"tw1.thoughts.!"}]}""", "input[0].encrypted_content")]
    [InlineData("""{"model":"m","input":"x","instructions":5}""", "instructions")]
    [InlineData("""{"model":"m","input":"x","tools":{}}""", "tools")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"function"}]}""", "tools[0].name")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}""", "tool_choice")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"web_search"}],"tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"model":"m","input":"x","tool_choice":{"type":"function","name":"a"}}""", "tool_choice")]
    [InlineData("""{"model":"m","input":"x","text":{"format":{"type":"xml"}}}""", "text.format.type")]
    [InlineData("""{"model":"m","input":"x","conversation":"conv_1"}""", "conversation")]
    [InlineData("""{"model":"m","prompt":{"id":"p"}}""", "prompt")]
    [InlineData("""{"model":"m","input":"x","top_logprobs":99}""", "top_logprobs")]
    [InlineData("""{"model":"m","input":"x","metadata":[]}""", "metadata")]
    public void Request_ThatIsWrong_IsRefusedByName(string request, string param) => Refused(request).Param.ShouldBe(param);

    [Fact]
    public void Thoughts_OfEveryKind_ComeBackUnchanged()
    {
        ThoughtText.TryRead(ThoughtText.Of(new ThinkingPart("é \"x\"\n", null)), "p", out var unsigned, out _).ShouldBeTrue();
        unsigned.ShouldBe(new ThinkingPart("é \"x\"\n", null));
        ThoughtText.TryRead(ThoughtText.Of(new ThinkingPart("", new Signature(SignatureOrigin.Bedrock, "s"))), "p", out var empty, out _).ShouldBeTrue();
        empty.ShouldBe(new ThinkingPart("", new Signature(SignatureOrigin.Bedrock, "s")));
        ThoughtText.TryRead("gAAAAB", "p", out _, out _).ShouldBeFalse();
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(ThoughtText.Of(new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, "d"))).AsSpan(ThoughtText.Prefix.Length)))
            .RootElement.GetRawText().ShouldBe("""{"o":"Claude","s":"d"}""");
    }
}
