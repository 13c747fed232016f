using System.Text.Json.Nodes;

namespace ThinkWatch.AiGateway.Tests.Wire;

/// <summary>What clients ask for: a conversation that uses as much of its format as fits, and everything that can be said beside it, one thing after another.</summary>
internal static class Asked
{
    public static readonly string[] Paths = ["/v1/chat/completions", "/v1/messages", "/v1/responses"];

    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC";
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string","description":"Its name"},"days":{"type":"integer"}},"required":["city","days"],"additionalProperties":false}""";
    private const string Short = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    private const string Chat = """
        {"max_completion_tokens":40000,"messages":[{"role":"system","content":"Be brief"},{"role":"developer","content":[{"type":"text","text":"And kind"},{"type":"text","text":"And wise"}]},
        {"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,PIXEL"}},{"type":"file","file":{"filename":"paper.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjQKJSVFT0YK"}}]},
        {"role":"assistant","content":"I look","tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Ulm\",\"days\":3}"}},{"id":"call_2","type":"function","function":{"name":"get_map","arguments":"{\"city\":\"Bonn\"}"}}]},
        {"role":"tool","tool_call_id":"call_1","content":"cold"},{"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"a"},{"type":"text","text":"map"}]},{"role":"user","content":"And now?"}],
        "tools":[{"type":"function","function":{"name":"get_weather","description":"The weather","parameters":SCHEMA}},{"type":"function","function":{"name":"get_map","description":"A map","parameters":SHORT}}]}
        """;

    private const string Messages = """
        {"max_tokens":40000,"system":[{"type":"text","text":"Be brief"},{"type":"text","text":"And kind","cache_control":{"type":"ephemeral","ttl":"1h"}}],
        "messages":[{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PIXEL"}},{"type":"document","title":"paper","context":"of May","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjQKJSVFT0YK"},"cache_control":{"type":"ephemeral"}}]},
        {"role":"assistant","content":[{"type":"text","text":"I look"},{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Ulm","days":3}},{"type":"tool_use","id":"toolu_2","name":"get_map","input":{"city":"Bonn"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"a"},{"type":"text","text":"map"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PIXEL"}}]},
        {"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":"broke"},{"type":"text","text":"And now?","cache_control":{"type":"ephemeral"}}]}],
        "tools":[{"name":"get_weather","description":"The weather","input_schema":SCHEMA},{"name":"get_map","description":"A map","input_schema":SHORT,"cache_control":{"type":"ephemeral"}}]}
        """;

    private const string Responses = """
        {"store":false,"max_output_tokens":40000,"instructions":"Be brief","input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"And kind"}]},
        {"role":"user","content":[{"type":"input_text","text":"Look"},{"type":"input_image","detail":"auto","image_url":"data:image/png;base64,PIXEL"},{"type":"input_file","filename":"paper.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjQKJSVFT0YK"}]},
        {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look","annotations":[]}]},{"type":"function_call","call_id":"call_1","name":"get_weather","arguments":"{\"city\":\"Ulm\",\"days\":3}"},
        {"type":"function_call","call_id":"call_2","namespace":"maps","name":"get_map","arguments":"{\"city\":\"Bonn\"}"},{"type":"function_call_output","call_id":"call_1","output":"cold"},
        {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"a map"},{"type":"input_image","detail":"auto","image_url":"data:image/png;base64,PIXEL"}]},{"role":"user","content":"And now?"}],
        "tools":[{"type":"function","name":"get_weather","description":"The weather","strict":true,"parameters":SCHEMA},{"type":"namespace","name":"maps","description":"All maps","tools":[{"type":"function","name":"get_map","description":"A map","strict":false,"parameters":SHORT}]}]}
        """;

    private static readonly string[] s_chat =
    [
        "{}", """{"tool_choice":"auto"}""", """{"tool_choice":"none"}""", """{"tool_choice":"required"}""", """{"tool_choice":{"type":"function","function":{"name":"get_map"}}}""",
        """{"parallel_tool_calls":false}""", """{"parallel_tool_calls":false,"tool_choice":"required"}""", """{"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"get_map"}}]}}}""",
        """{"reasoning_effort":"none"}""", """{"reasoning_effort":"minimal"}""", """{"reasoning_effort":"low"}""", """{"reasoning_effort":"medium"}""", """{"reasoning_effort":"high"}""", """{"reasoning_effort":"xhigh"}""",
        """{"reasoning_effort":"high","max_completion_tokens":4000}""", """{"thinking":{"type":"enabled","budget_tokens":3000}}""", """{"thinking":{"type":"disabled"}}""",
        """{"temperature":0.4,"top_p":0.97,"stop":["x","y"],"seed":7}""", """{"temperature":1.7}""", """{"stop":"x"}""", """{"presence_penalty":0.5,"frequency_penalty":-0.5}""", """{"logprobs":true,"top_logprobs":2}""",
        """{"n":2}""", """{"top_k":5}""", """{"verbosity":"low"}""", """{"logit_bias":{"5":1}}""", """{"user":"u-7391"}""", """{"metadata":{"a":"b"}}""", """{"prompt_cache_key":"k"}""", """{"service_tier":"flex"}""", """{"service_tier":"priority"}""",
        """{"response_format":{"type":"json_object"}}""", """{"response_format":{"type":"json_schema","json_schema":{"name":"s","description":"The answer","strict":true,"schema":SHORT}}}""",
        """{"tools":null,"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":SHORT}}}""",
        """{"messages":[{"role":"system","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"b"}]},{"role":"user","name":"Ann","content":[{"type":"text","text":"c","cache_control":{"type":"ephemeral"}},{"type":"text","text":"d"}]}]}""",
        """{"messages":[{"role":"user","content":"a"},{"role":"system","content":"late"},{"role":"assistant","content":"b"},{"role":"assistant","content":"c"},{"role":"user","content":"d"},{"role":"user","content":"e"}]}""",
        """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}}]}]}""",
        """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,aGVsbG8="}}]}]}""", """{"web_search_options":{},"store":true}""",
    ];

    private static readonly string[] s_messages =
    [
        "{}", """{"tool_choice":{"type":"auto"}}""", """{"tool_choice":{"type":"none"}}""", """{"tool_choice":{"type":"any"}}""", """{"tool_choice":{"type":"tool","name":"get_map"}}""",
        """{"tool_choice":{"type":"auto","disable_parallel_tool_use":true}}""", """{"tool_choice":{"type":"any","disable_parallel_tool_use":true}}""", """{"cache_control":{"type":"ephemeral"}}""",
        """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled","budget_tokens":1024}}""", """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled","budget_tokens":6000}}""", """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled","budget_tokens":31999}}""",
        """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"adaptive"}}""", """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"low"}}""",
        """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"adaptive"},"output_config":{"effort":"max"}}""", """{"messages":[{"role":"user","content":"x"}],"output_config":{"effort":"medium"}}""",
        """{"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled","budget_tokens":6000},"output_config":{"effort":"low"}}""", """{"thinking":{"type":"disabled"}}""",
        """{"thinking":{"type":"enabled","budget_tokens":6000}}""", """{"temperature":0.4}""", """{"top_p":0.97,"top_k":5,"stop_sequences":["x","y"]}""", """{"metadata":{"user_id":"u-7391"}}""", """{"service_tier":"standard_only"}""",
        """{"output_config":{"format":{"type":"json_schema","schema":SHORT}}}""", """{"tools":null,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"json_schema","schema":SHORT}}}""",
        """{"tools":[{"name":"get_weather","strict":true,"input_schema":SCHEMA},{"name":"get_map","input_schema":SHORT},{"type":"web_search_20250305","name":"web_search"}]}""", """{"context_management":{"edits":[]},"container":"c"}""",
        """{"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}},{"type":"text","text":"c"}]}]}""",
        """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"get_map","input":{"city":"Ulm"},"cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"}]}]}]}""",
        """{"messages":[{"role":"user","content":[{"type":"document","title":"t","context":"c","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"hello"}},{"type":"text","text":"x"}]}]}""",
        """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]},{"role":"user","content":"d"}]}""",
    ];

    private static readonly string[] s_responses =
    [
        "{}", """{"tool_choice":"auto"}""", """{"tool_choice":"none"}""", """{"tool_choice":"required"}""", """{"tool_choice":{"type":"function","name":"get_weather"}}""", """{"parallel_tool_calls":false}""",
        """{"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"get_weather"}]}}""", """{"reasoning":{"effort":"none"}}""", """{"reasoning":{"effort":"minimal","summary":"auto"}}""", """{"reasoning":{"effort":"low","summary":"auto"}}""",
        """{"reasoning":{"effort":"medium"}}""", """{"reasoning":{"effort":"high","summary":"detailed"}}""", """{"reasoning":{"effort":"xhigh"}}""", """{"reasoning":{"summary":"auto"}}""", """{"temperature":0.4,"top_p":0.97}""", """{"top_logprobs":2}""",
        """{"text":{"verbosity":"low"}}""", """{"text":{"format":{"type":"json_object"}}}""", """{"text":{"format":{"type":"json_schema","name":"s","description":"The answer","strict":true,"schema":SHORT}}}""",
        """{"tools":null,"input":"x","text":{"format":{"type":"json_schema","name":"s","strict":true,"schema":SHORT}}}""", """{"safety_identifier":"u-7391"}""", """{"metadata":{"a":"b"}}""", """{"prompt_cache_key":"k","prompt_cache_retention":"24h"}""",
        """{"service_tier":"flex"}""", """{"truncation":"auto"}""", """{"max_tool_calls":3,"include":["message.output_text.logprobs"]}""", """{"input":"x","tools":[{"type":"web_search"},{"type":"custom","name":"patch","description":"A patch"}]}""",
        """{"input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","detail":"low","image_url":"https://example.com/a.png"}]}]}""",
        """{"input":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"b","annotations":[]},{"type":"refusal","refusal":"no"}]},{"role":"user","content":"c"}]}""",
    ];

    private static readonly (string Base, string[] Beside)[] s_all = [(Chat, s_chat), (Messages, s_messages), (Responses, s_responses)];

    /// <summary>The bodies of one surface, with what each of them says beside the conversation.</summary>
    public static IEnumerable<(string Beside, JsonObject Body)> Of(int surface)
    {
        var (all, beside) = s_all[surface];
        foreach (var said in beside)
        {
            var body = JsonNode.Parse(Filled(all))!.AsObject();
            foreach (var (name, value) in JsonNode.Parse(Filled(said))!.AsObject())
            {
                body.Remove(name);
                if (value is not null)
                    body[name] = value.DeepClone();
            }

            yield return (said, body);
        }
    }

    private static string Filled(string json) =>
        json.Replace("PIXEL", Pixel, StringComparison.Ordinal).Replace("SCHEMA", Schema, StringComparison.Ordinal).Replace("SHORT", Short, StringComparison.Ordinal);
}
