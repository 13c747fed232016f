using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Tests.Formats.OpenAiChat;

public sealed class RequestTests
{
    [Theory]
    [InlineData("custom", """{"temperature":0.5,"top_p":0.9,"seed":7,"n":2,"max_tokens":10,"stop":"x","frequency_penalty":1,"presence_penalty":-1}""",
        """{"max_tokens":10,"temperature":0.5,"top_p":0.9,"frequency_penalty":1,"presence_penalty":-1,"seed":7,"n":2,"stop":["x"]}""", "")]
    [InlineData("openai", """{"max_completion_tokens":10,"max_tokens":5,"stop":["a","b"],"verbosity":"low"}""", """{"max_completion_tokens":10,"verbosity":"low","stop":["a","b"]}""", "")]
    [InlineData("custom", """{"logprobs":true,"top_logprobs":3,"logit_bias":{"50256":-100}}""", """{"logprobs":true,"top_logprobs":3,"logit_bias":{"50256":-100}}""", "")]
    [InlineData("custom", """{"top_k":5,"verbosity":"low","prompt_cache_key":"k","service_tier":"flex","metadata":{"a":"b"}}""", "", "dropped=top_k,verbosity,prompt_cache_key,metadata,service_tier")]
    [InlineData("openai", """{"prompt_cache_key":"k","service_tier":"flex","user":"u","safety_identifier":"s"}""", """{"safety_identifier":"s","prompt_cache_key":"k","service_tier":"flex"}""", "")]
    [InlineData("custom", """{"user":"u","stream":true}""", """{"user":"u","stream":true,"stream_options":{"include_usage":true}}""", "")]
    [InlineData("custom", """{"prediction":{"type":"content","content":"x"},"web_search_options":{},"store":true,"audio":{},"new_thing":1,"store_not":null}""", "",
        "dropped=prediction,web_search_options,store,audio,new_thing")]
    [InlineData("custom", """{"store":false,"modalities":["text"]}""", "", "")]
    [InlineData("custom", """{"reasoning_effort":"high"}""", """{"reasoning_effort":"high"}""", "")]
    [InlineData("custom", """{"reasoning_effort":"none"}""", """{"reasoning_effort":"none"}""", "")]
    [InlineData("custom", """{"thinking":{"type":"enabled","budget_tokens":2048}}""", """{"reasoning_effort":"low"}""", "changed=thinking.budget_tokens")]
    [InlineData("custom", """{"thinking":{"type":"disabled"}}""", "", "changed=thinking")]
    [InlineData("custom", """{"response_format":{"type":"json_object"}}""", """{"response_format":{"type":"json_object"}}""", "")]
    [InlineData("custom", """{"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"},"strict":true,"description":"d"}}}""",
        """{"response_format":{"type":"json_schema","json_schema":{"name":"a","description":"d","schema":{"type":"object"},"strict":true}}}""", "")]
    [InlineData("custom", """{"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"g"}}],"tool_choice":"required","parallel_tool_calls":false}""",
        """{"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}],"tool_choice":"required","parallel_tool_calls":false}""", "")]
    [InlineData("custom", """{"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}}""",
        """{"tools":[{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}],"tool_choice":"required"}""", "changed=tool_choice.allowed_tools")]
    [InlineData("custom", """{"functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"}}""",
        """{"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"function","function":{"name":"f"}}}""", "")]
    [InlineData("custom", """{"tools":[{"type":"custom","custom":{"name":"c","description":"d","format":{"type":"grammar","grammar":{}}}},{"type":"web_search"}]}""",
        """{"tools":[{"type":"function","function":{"name":"c","description":"d","parameters":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}}}]}""",
        "dropped=tools.custom.format,tools.web_search")]
    public void Parameter_OfAClient_IsWritten(string provider, string members, string written, string notes)
    {
        using var call = ChatCase.Read(members, provider: provider);
        ChatCase.Write(call).ShouldBe($$"""{"model":"up","messages":[{"role":"user","content":"Hi"}]{{ChatCase.More(written)}}}""");
        call.Notes.ToString().ShouldBe(notes);
    }

    [Theory]
    [InlineData("openai", """[{"role":"system","content":"s"},{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"user","name":"n","content":"u"}]""",
        """[{"role":"system","content":"s"},{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"user","name":"n","content":"u"}]""", "")]
    [InlineData("custom", """[{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b","prompt_cache_breakpoint":{"mode":"explicit"}}]}]""",
        """[{"role":"system","content":"a\n\nb"}]""", "dropped=cache_control")]
    [InlineData("custom", """[{"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"https://x/y.png","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}},{"type":"file","file":{"file_id":"file-1"}}]}]""",
        """[{"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"https://x/y.png","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}},{"type":"file","file":{"file_id":"file-1"}}]}]""", "")]
    [InlineData("custom", """[{"role":"user","content":[{"type":"file","file":{"filename":"a.txt","file_data":"aGk="}}]}]""",
        """[{"role":"user","content":[{"type":"text","text":"a.txt:\nhi"}]}]""", "changed=document")]
    [InlineData("custom", """[{"role":"assistant","content":"a","refusal":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},{"role":"tool","tool_call_id":"c1","content":"r"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"p"},{"type":"text","text":"q"}]}]""",
        """[{"role":"assistant","content":"a","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"},{"role":"tool","tool_call_id":"c2","content":"p\nq"}]""", "")]
    [InlineData("custom", """[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},{"role":"user","content":"u"}]""",
        """[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"see\nWhat this result has attached follows in the next user message."},{"role":"user","content":[{"type":"text","text":"Attached to the result of tool call c1:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},{"role":"user","content":"u"}]""",
        "changed=tool_result.attachments")]
    [InlineData("custom", """[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"r"}]""",
        """[{"role":"assistant","content":null,"tool_calls":[{"id":"call_function_0","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_function_0","content":"r"}]""", "")]
    [InlineData("custom", """[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"custom","custom":{"name":"x","input":"say \"hi\""}}]}]""",
        """[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"x","arguments":"{\"input\":\"say \\\"hi\\\"\"}"}}]}]""", "")]
    [InlineData("custom", """[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]""", """[{"role":"assistant","content":null,"refusal":"no"}]""", "")]
    [InlineData("custom", """[{"role":"assistant","content":"a","reasoning_content":"hm"}]""", """[{"role":"assistant","reasoning_content":"hm","content":"a"}]""", "")]
    [InlineData("openai", """[{"role":"assistant","content":"a","reasoning_content":"hm"}]""", """[{"role":"assistant","content":"a"}]""", "dropped=thinking")]
    [InlineData("custom", """[{"role":"assistant","content":"a","audio":{"id":"x"},"thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"S"}]}]""", """[{"role":"assistant","content":"a"}]""", "dropped=messages.audio,thinking")]
    [InlineData("custom", """[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","extra_content":{"google":{"thought_signature":"G"}},"function":{"name":"f","arguments":"{}"}}]}]""",
        """[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"G"}}}]}]""", "")]
    public void Messages_OfAClient_AreWritten(string provider, string messages, string written, string notes)
    {
        using var call = ChatCase.Read("", messages, provider);
        ChatCase.Write(call).ShouldBe($$"""{"model":"up","messages":{{written}}}""");
        call.Notes.ToString().ShouldBe(notes);
    }

    [Fact]
    public void Thoughts_ThatAClientSendsBack_AreRestored()
    {
        using var call = ChatCase.Read("", """
            [{"role":"assistant","reasoning_content":"all of it","content":"a","thinking_blocks":[{"index":0,"type":"thinking","thinking":"hm","signature":"S"},{"type":"redacted_thinking","data":"D"},
            {"type":"thinking","thinking":"g","signature":"tw1.gemini.G"},{"type":"redacted_thinking","id":"rs_1","data":"tw1.openai.E"}],
            "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"T"}}}]}]
            """);
        call.Request.Messages[0].Parts.ShouldBe(
        [
            new ThinkingPart("hm", new Signature(SignatureOrigin.Claude, "S")),
            new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, "D")),
            new ThinkingPart("g", new Signature(SignatureOrigin.Gemini, "G")),
            new HiddenThinkingPart(new Signature(SignatureOrigin.OpenAi, "E"), "rs_1"),
            new TextPart("a") { Citations = ((TextPart)call.Request.Messages[0].Parts[4]).Citations },
            new ToolCallPart("c", "f", "{}") { Signature = new Signature(SignatureOrigin.Gemini, "T") },
        ]);
    }

    [Theory]
    [InlineData("""[1]""", "messages[0]")]
    [InlineData("""[{"role":"user"}]""", "messages[0].content")]
    [InlineData("""[{"role":"robot","content":"x"}]""", "messages[0].role")]
    [InlineData("""[{"role":"user","content":5}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":[{"type":"text"}]}]""", "messages[0].content[0].text")]
    [InlineData("""[{"role":"user","content":[{"type":"video","video":1}]}]""", "messages[0].content[0].type")]
    [InlineData("""[{"role":"user","content":"\ud800"}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]""", "messages[0].content[0].image_url.url")]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png"}}]}]""", "messages[0].content[0].image_url.url")]
    [InlineData("""[{"role":"assistant","content":"a","tool_calls":[{"type":"function","function":{"name":"f"}}]}]""", "messages[0].tool_calls[0].id")]
    [InlineData("""[{"role":"tool","content":"r"}]""", "messages[0].tool_call_id")]
    [InlineData("""[{"role":"function","name":"f","content":"r"}]""", "messages[0].name")]
    public void Message_ThatIsMalformed_IsRefusedByItsName(string messages, string param) =>
        Should.Throw<ConversionException>(() => ChatCase.Read("", messages)).Param.ShouldBe(param);

    [Theory]
    [InlineData("""{"temperature":3}""", "temperature")]
    [InlineData("""{"temperature":"hot"}""", "temperature")]
    [InlineData("""{"temperature":1e999}""", "temperature")]
    [InlineData("""{"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"n":1.5}""", "n")]
    [InlineData("""{"stop":[1]}""", "stop[0]")]
    [InlineData("""{"stop":7}""", "stop")]
    [InlineData("""{"tools":{}}""", "tools")]
    [InlineData("""{"tools":[{"type":"function"}]}""", "tools[0].function")]
    [InlineData("""{"tool_choice":"maybe"}""", "tool_choice")]
    [InlineData("""{"tool_choice":{"type":"function","function":{"name":"x"}}}""", "tool_choice")]
    [InlineData("""{"response_format":{"type":"xml"}}""", "response_format.type")]
    [InlineData("""{"response_format":{"type":"json_schema"}}""", "response_format.json_schema")]
    [InlineData("""{"modalities":["text","audio"]}""", "modalities")]
    [InlineData("""{"reasoning_effort":"hard"}""", "reasoning_effort")]
    [InlineData("""{"logit_bias":[]}""", "logit_bias")]
    [InlineData("""{"user":"\udc00"}""", "user")]
    [InlineData("""{"x\ud800":1}""", "body")]
    public void Parameter_ThatIsMalformed_IsRefusedByItsName(string members, string param) =>
        Should.Throw<ConversionException>(() => ChatCase.Read(members)).Param.ShouldBe(param);

    [Theory]
    [InlineData("openai", "gpt-5.1", true)]
    [InlineData("openai", "gpt-4o", false)]
    [InlineData("azure_openai", "my-deployment", true)]
    [InlineData("custom", "anything", true)]
    public void Effort_IsWritten_WhereTheModelTakesIt(string provider, string model, bool written)
    {
        using var call = ChatCase.Call(provider: provider, upstreamModel: model);
        call.Request.Messages.Add(new Message(Role.User, [new TextPart("Hi")]));
        call.Request.Thinking = new ThinkingSettings(ThinkingMode.On, null, "low", true);
        ChatCase.Write(call).Contains("\"reasoning_effort\":\"low\"", StringComparison.Ordinal).ShouldBe(written);
        call.Notes.ToString().ShouldBe(written ? "" : "dropped=thinking");
    }

    [Fact]
    public void AssistantMessages_ThatFollowEachOther_BecomeOne()
    {
        using var call = ChatCase.Call();
        call.Request.Messages.AddRange(
        [
            new Message(Role.Assistant, [new TextPart("one")]),
            new Message(Role.Assistant, [new ToolCallPart("a", "f", "{}"), new TextPart(" two")]),
            new Message(Role.Assistant, [new ToolCallPart(new string('b', 50), "g.h", "{}")]),
            new Message(Role.Tool, [new ToolResultPart("a", [], IsError: true), new ToolResultPart(new string('b', 50), [new TextPart("r")], IsError: false)]),
        ]);
        var written = ChatCase.Write(call);
        var id = System.Text.RegularExpressions.Regex.Match(written, "call_[0-9a-f]{32}").Value;
        id.ShouldNotBeEmpty();
        written.ShouldBe(
            """{"model":"up","messages":[{"role":"assistant","content":"one two","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"ID","type":"function","function":{"name":"g_h","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"The tool failed."},{"role":"tool","tool_call_id":"ID","content":"r"}]}"""
                .Replace("ID", id, StringComparison.Ordinal));
        call.ToolNames.ToClient("g_h").Name.ShouldBe("g.h");
    }

    [Fact]
    public void WhatAnotherProviderStores_CannotBeSent()
    {
        foreach (var part in (Part[])[new FilePart(new Media(null, null, FileId: "file_011"), null), new ImagePart(new Media(null, null, FileId: "file-1")), new FilePart(new Media(null, null, "https://x/y.pdf"), null)])
        {
            using var call = ChatCase.Call();
            call.Request.Messages.Add(new Message(Role.User, [part]));
            Should.Throw<ConversionException>(() => ChatCase.Write(call));
        }
    }

    [Fact]
    public void Identifier_ThatIsTooLong_IsReplacedByItsHash()
    {
        using var call = ChatCase.Read($"{{\"user\":\"{new string('u', 100)}\"}}");
        ChatCase.Write(call).ShouldContain("\"user\":\"aae37f9f7de396414419d9ed8d2321d450519b2d16797aab63c6ea51229c05a2\"");
        call.Notes.ToString().ShouldBe("changed=user");
    }
}
