using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Tests.Formats.Anthropic;

public sealed class RequestTests
{
    private const string User = """{"role":"user","content":"Hi"}""";

    /// <summary>What can be said in Anthropic's words only one way comes out as it went in.</summary>
    [Theory]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hi \"é€\\n\""}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"system":"Be kind","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"system":[{"type":"text","text":"A"},{"type":"text","text":"B","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},{"type":"image","source":{"type":"url","url":"https://e.org/a.png"}},{"type":"text","text":"What?","cache_control":{"type":"ephemeral"}}]}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"T","context":"C","citations":{"enabled":true}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain é"},"title":"N"},{"type":"document","source":{"type":"url","url":"https://e.org/a.pdf"}},{"type":"text","text":"Read"}]}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"name":"f","description":"D","input_schema":{"type":"object","properties":{"a":{"type":"string"}}},"cache_control":{"type":"ephemeral"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true},"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f"},"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"none"},"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0"},{"type":"text","text":"I look","citations":[{"type":"char_location","cited_text":"x","document_index":0,"document_title":null,"start_char_index":0,"end_char_index":1}]},{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1.50}},{"type":"tool_use","id":"toolu_2","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"4"},{"type":"tool_result","tool_use_id":"toolu_2","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/"}}],"is_error":true,"cache_control":{"type":"ephemeral"}},{"type":"text","text":"and?"}]}]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"temperature":0.5,"top_k":5,"stop_sequences":["END"]}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":4096,"messages":[{"role":"user","content":"Hi"}],"thinking":{"type":"enabled","budget_tokens":2048}}""")]
    [InlineData("""{"model":"claude-opus-4-8","max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"xhigh"}}""")]
    [InlineData("""{"model":"claude-opus-5","max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"thinking":{"type":"disabled"}}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}}}""")]
    [InlineData("""{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"metadata":{"user_id":"u"},"service_tier":"standard_only","stream":true}""")]
    public void Request_ThereAndBack_IsTheSame(string json)
    {
        var call = Converted.Read(json, System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("model").GetString()!);
        Converted.Write(call).ShouldBe(json);
        call.Notes.ToString().ShouldBe("");
    }

    [Theory]
    [InlineData("""{"max_tokens":64,"messages":[""" + User + """],"container":"c","context_management":{"edits":[]},"mcp_servers":[{}],"speed":null}""", "dropped=container,context_management,mcp_servers")]
    [InlineData("""{"max_tokens":64,"messages":[""" + User + """],"tools":[{"type":"web_search_20250305","name":"web_search"},{"type":"custom","name":"f","input_schema":{},"defer_loading":true,"eager_input_streaming":false}]}""", "dropped=tools.web_search,tools.defer_loading")]
    [InlineData("""{"max_tokens":64,"messages":[""" + User + """],"output_config":{"task_budget":{}},"metadata":{"user_id":null,"x":1}}""", "dropped=output_config.task_budget,metadata.x")]
    [InlineData("""{"max_tokens":64,"messages":[""" + User + """],"thinking":{"type":"between_tools"}}""", "changed=thinking")]
    [InlineData("""{"max_tokens":64,"messages":[{"role":"user","content":[{"type":"container_upload","file_id":"f"},{"type":"search_result","title":"T","source":"https://s","content":[{"type":"text","text":"found"}]}]}]}""", "dropped=container_upload; changed=search_result")]
    public void WhatOthersCannotHave_IsNoted(string json, string notes) => Converted.Read(json).Notes.ToString().ShouldBe(notes);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "max_tokens")]
    [InlineData("""{"max_tokens":"1","messages":[{"role":"user","content":"Hi"}]}""", "max_tokens")]
    [InlineData("""{"max_tokens":0,"messages":[{"role":"user","content":"Hi"}]}""", "max_tokens")]
    [InlineData("""{"max_tokens":1}""", "messages")]
    [InlineData("""{"max_tokens":1,"messages":[]}""", "messages")]
    [InlineData("""{"max_tokens":1,"messages":[7]}""", "messages.0")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user"}]}""", "messages.0.content")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"tool","content":"x"}]}""", "messages.0.role")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":7}]}]}""", "messages.0.content.0.text")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"\ud800"}]}]}""", "messages.0.content.0.text")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]}]}""", "messages.0.content.0.type")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"gopher"}}]}]}""", "messages.0.content.0.source.type")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"tool_use"}]}]}]}""", "messages.0.content.0.content.0.type")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"temperature":1.5}""", "temperature")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled"}}""", "thinking.budget_tokens")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"tool","name":"gone"}}""", "tool_choice.name")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"bash_20250124","name":"bash"}],"tool_choice":{"type":"any"}}""", "tool_choice")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}],"stop_sequences":[1]}""", "stop_sequences.0")]
    [InlineData("""[]""", "body")]
    public void Request_Malformed_NamesTheParameter(string json, string param) =>
        Should.Throw<ConversionException>(() => Converted.Read(json)).Param.ShouldBe(param);

    [Fact]
    public void ToolResults_AmongText_AreMessagesOfTheirOwn()
    {
        var call = Converted.Read("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"},{"type":"text","text":"x"},{"type":"tool_result","tool_use_id":"b","content":"y"}]}]}""");
        call.Request.Messages.Select(static message => message.Role).ShouldBe([Role.Tool, Role.User, Role.Tool]);
    }

    [Fact]
    public void CacheControl_OnTheRequest_IsItsLastBlocks() =>
        Converted.There("""{"max_tokens":9,"cache_control":{"type":"ephemeral"},"messages":[{"role":"user","content":"x"}]}""")
            .ShouldBe("""{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}]}""");

    [Fact]
    public void SystemMessages_AndNeighbours_AreMerged() =>
        Converted.There("""{"max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"system","content":"s"},{"role":"assistant","content":"c"},{"role":"assistant","content":"d  "}]}""")
            .ShouldBe("""{"model":"claude-sonnet-4-5","max_tokens":9,"system":"s","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d  "}]}]}""");
}
