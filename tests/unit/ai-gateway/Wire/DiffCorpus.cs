using ThinkWatch.Conformance.Tests.Wire;

namespace ThinkWatch.AiGateway.Tests.Wire;

/// <summary>Requests that use as much of a format as fits, each with the same in another format's words, written by hand.</summary>
internal static class DiffCorpus
{
    public static readonly (Format Client, string Sent, Format Provider, string Received, string Notes)[] Pairs =
    [
        (Format.Chat, Chat, Format.Gemini, Gemini, "changed=thought_signature; dropped=user"),
        (Format.Messages, Messages, Format.Converse, Converse, ""),
        (Format.Messages, Messages, Format.Chat, ChatOfMessages, "dropped=cache_control,thinking,document.citations,top_k; changed=thinking.budget_tokens,document.context,tool_result.attachments,tool_result.is_error"),
        (Format.Responses, Responses, Format.Messages, MessagesOfResponses, ""),
        (Format.Chat, Chat, Format.Chat, Chat, ""),
    ];

    private const string Chat = """
        {"model":"a","stream":true,"messages":[{"role":"system","content":"Be brief"},{"role":"developer","content":"And kind"},
        {"role":"user","content":[{"type":"text","text":"Grüezi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAB"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}}]},
        {"role":"assistant","content":"I look","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Ulm\",\"days\":3}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{\"x\":1}"}}]},
        {"role":"tool","tool_call_id":"c1","content":"cold"},{"role":"tool","tool_call_id":"c2","content":"warm"},{"role":"user","content":"And now?"}],
        "tools":[{"type":"function","function":{"name":"f","description":"of f","parameters":{"type":"object","properties":{"city":{"type":"string","enum":["Ulm","Bonn"]},"days":{"type":"integer","minimum":1}},"required":["city"]}}},
        {"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}],"tool_choice":{"type":"function","function":{"name":"f"}},
        "temperature":0.4,"top_p":0.9,"seed":7,"n":2,"stop":["x","y"],"max_completion_tokens":900,"presence_penalty":0.5,"logprobs":true,"top_logprobs":3,"reasoning_effort":"low","user":"u",
        "response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}}}}},"service_tier":"flex"}
        """;

    private const string Gemini = """
        {"systemInstruction":{"parts":[{"text":"Be brief"},{"text":"And kind"}]},
        "contents":[{"role":"user","parts":[{"text":"Grüezi"},{"inlineData":{"mimeType":"image/png","data":"AAAB"}},{"inlineData":{"mimeType":"application/pdf","data":"JVBE"}}]},
        {"role":"model","parts":[{"text":"I look"},{"functionCall":{"id":"c1","name":"f","args":{"days":3,"city":"Ulm"}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"c2","name":"g","args":{"x":1}}}]},
        {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"output":"cold"}}},{"functionResponse":{"id":"c2","name":"g","response":{"output":"warm"}}},{"text":"And now?"}]}],
        "tools":[{"functionDeclarations":[{"name":"f","description":"of f","parametersJsonSchema":{"required":["city"],"properties":{"city":{"type":"string","enum":["Ulm","Bonn"]},"days":{"type":"integer","minimum":1}},"type":"object"}},
        {"name":"g","parametersJsonSchema":{"type":"object","properties":{"x":{"type":"integer"}}}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
        "generationConfig":{"temperature":0.40,"topP":0.9,"seed":7,"candidateCount":2,"stopSequences":["x","y"],"maxOutputTokens":900,"presencePenalty":0.5,"responseLogprobs":true,"logprobs":3,
        "responseMimeType":"application/json","responseJsonSchema":{"type":"object","properties":{"a":{"type":"string"}}},"thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true}},"serviceTier":"flex"}
        """;

    private const string Messages = """
        {"model":"a","max_tokens":9000,"system":[{"type":"text","text":"Be brief","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"And kind"}],
        "messages":[{"role":"user","content":[{"type":"text","text":"Grüezi"},{"type":"document","title":"paper","context":"of May","citations":{"enabled":true},"source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"cache_control":{"type":"ephemeral"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s1"},{"type":"redacted_thinking","data":"r1"},{"type":"text","text":"I look"},{"type":"tool_use","id":"c1","name":"f","input":{"city":"Ulm","days":3}},{"type":"tool_use","id":"c2","name":"g","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"cold"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAB"}}]},
        {"type":"tool_result","tool_use_id":"c2","is_error":true,"content":"broke","cache_control":{"type":"ephemeral"}},{"type":"text","text":"And now?"}]}],
        "tools":[{"name":"f","description":"of f","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},{"name":"g","input_schema":{"type":"object","properties":{"x":{"type":"integer"}}},"cache_control":{"type":"ephemeral"}}],
        "tool_choice":{"type":"any","disable_parallel_tool_use":true},"thinking":{"type":"enabled","budget_tokens":4000},"top_k":5,"top_p":0.97,"stop_sequences":["x","y"],"metadata":{"user_id":"u"}}
        """;

    private const string Converse = """
        {"system":[{"text":"Be brief"},{"cachePoint":{"type":"default","ttl":"1h"}},{"text":"And kind"}],
        "messages":[{"role":"user","content":[{"text":"Grüezi"},{"document":{"format":"pdf","name":"paper","source":{"bytes":"JVBE"},"context":"of May","citations":{"enabled":true}}},{"cachePoint":{"type":"default"}}]},
        {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"Hm","signature":"s1"}}},{"reasoningContent":{"redactedContent":"r1"}},{"text":"I look"},{"toolUse":{"toolUseId":"t1","name":"f","input":{"city":"Ulm","days":3}}},{"toolUse":{"toolUseId":"t2","name":"g","input":{}}}]},
        {"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"cold"},{"image":{"format":"png","source":{"bytes":"AAAB"}}}]}},{"toolResult":{"toolUseId":"t2","content":[{"text":"broke"}],"status":"error"}},{"cachePoint":{"type":"default"}},{"text":"And now?"}]}],
        "inferenceConfig":{"maxTokens":9000,"topP":0.97,"stopSequences":["x","y"]},
        "toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"of f","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}}}}}},{"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{"x":{"type":"integer"}}}}}},{"cachePoint":{"type":"default"}}]},
        "additionalModelRequestFields":{"top_k":5,"thinking":{"type":"enabled","budget_tokens":4000},"tool_choice":{"type":"any","disable_parallel_tool_use":true}},"requestMetadata":{"user":"u"}}
        """;

    private const string ChatOfMessages = """
        {"model":"b","messages":[{"role":"system","content":[{"type":"text","text":"Be brief"},{"type":"text","text":"And kind"}]},
        {"role":"user","content":[{"type":"text","text":"Grüezi"},{"type":"text","text":"of May"},{"type":"file","file":{"filename":"paper","file_data":"data:application/pdf;base64,JVBE"}}]},
        {"role":"assistant","content":"I look","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Ulm\",\"days\":3}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"cold"},{"type":"text","text":"What this result has attached follows in the next user message."}]},
        {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"The tool failed."},{"type":"text","text":"broke"}]},
        {"role":"user","content":[{"type":"text","text":"Attached to the result of tool call c1:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAB"}}]},{"role":"user","content":"And now?"}],
        "tools":[{"type":"function","function":{"name":"f","description":"of f","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}],
        "tool_choice":"required","parallel_tool_calls":false,"max_completion_tokens":9000,"top_p":0.97,"stop":["x","y"],"reasoning_effort":"low","safety_identifier":"u"}
        """;

    private const string Responses = """
        {"model":"a","instructions":"Be brief","store":false,"input":[{"role":"user","content":[{"type":"input_text","text":"Grüezi"},{"type":"input_image","detail":"auto","image_url":"https://example.com/a.png"}]},
        {"type":"reasoning","summary":[],"encrypted_content":"tw1.thoughts.eyJvIjoiQ2xhdWRlIiwicyI6InMxIiwidCI6IkhtIn0"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look"}]},
        {"type":"function_call","call_id":"c1","namespace":"ns","name":"f","arguments":"{\"city\":\"Ulm\"}"},{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"cold"}]},{"role":"user","content":"And now?"}],
        "tools":[{"type":"namespace","name":"ns","description":"of all","tools":[{"type":"function","name":"f","description":"of f","strict":true,"parameters":{"type":"object","properties":{"city":{"type":"string"}},"additionalProperties":false}}]}],
        "tool_choice":"required","parallel_tool_calls":false,"max_output_tokens":9000,"temperature":0.4,"top_p":0.97,"text":{"format":{"type":"json_schema","name":"s","strict":true,"schema":{"type":"object","properties":{},"additionalProperties":false}}},"safety_identifier":"u"}
        """;

    private const string MessagesOfResponses = """
        {"model":"b","max_tokens":9000,"system":"Be brief","messages":[{"role":"user","content":[{"type":"text","text":"Grüezi"},{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s1"},{"type":"text","text":"I look"},{"type":"tool_use","id":"c1","name":"ns__f","input":{"city":"Ulm"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"cold"},{"type":"text","text":"And now?"}]}],
        "tools":[{"name":"ns__f","description":"of all\n\nof f","strict":true,"input_schema":{"type":"object","properties":{"city":{"type":"string"}},"additionalProperties":false}}],
        "tool_choice":{"type":"any","disable_parallel_tool_use":true},"temperature":0.4,"top_p":0.97,"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{},"additionalProperties":false}}},"metadata":{"user_id":"u"}}
        """;
}
