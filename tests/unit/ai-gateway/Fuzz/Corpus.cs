using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Tests.Fuzz;

/// <summary>What is spoiled: requests, answers and streams that use as much of their formats as fits.</summary>
internal static class Corpus
{
    public static readonly (WireFormat Format, string Json)[] Requests =
    [
        (WireFormat.OpenAiChat, """
        {"model":"m","stream":true,"stream_options":{"include_usage":true},"temperature":0.7,"top_p":0.9,"max_completion_tokens":900,"stop":["a","b"],"seed":7,"n":1,"logprobs":true,
        "top_logprobs":2,"presence_penalty":0.1,"frequency_penalty":0.2,"reasoning_effort":"low","user":"u","metadata":{"a":"b"},"parallel_tool_calls":true,"service_tier":"auto","logit_bias":{"5":1},
        "response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}},
        "tools":[{"type":"function","function":{"name":"get","description":"d","strict":true,"parameters":{"type":"object","properties":{"q":{"type":"string"}}}}},{"type":"custom","custom":{"name":"c"}}],
        "tool_choice":{"type":"function","function":{"name":"get"}},
        "messages":[{"role":"system","content":"s"},{"role":"developer","content":[{"type":"text","text":"d"}]},
        {"role":"user","name":"n","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},{"type":"file","file":{"filename":"f.pdf","file_data":"data:application/pdf;base64,AAAA"}},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]},
        {"role":"assistant","content":null,"reasoning_content":"r","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"tw1.claude.x"}],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get","arguments":"{\"q\":\"1\"}"},"extra_content":{"google":{"thought_signature":"x"}}},{"id":"call_2","type":"function","function":{"name":"get","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"call_1","content":"r"},{"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"r2"}]},{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},{"role":"user","content":"go on"}]}
        """),
        (WireFormat.AnthropicMessages, """
        {"model":"m","stream":true,"max_tokens":4000,"temperature":1,"top_k":5,"stop_sequences":["x"],"metadata":{"user_id":"u"},"service_tier":"auto","thinking":{"type":"enabled","budget_tokens":1024},
        "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"tool_choice":{"type":"auto","disable_parallel_tool_use":true},"context_management":{"edits":[]},
        "tools":[{"name":"get","description":"d","input_schema":{"type":"object","properties":{"q":{"type":"string"}}},"cache_control":{"type":"ephemeral"}},{"type":"web_search_20250305","name":"web_search"}],
        "messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"document","title":"t","context":"c","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"x"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"sig"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"a","citations":[{"type":"char_location","cited_text":"x","document_index":0,"start_char_index":0,"end_char_index":1}]},{"type":"tool_use","id":"toolu_1","name":"get","input":{"q":"1"}},{"type":"tool_use","id":"toolu_2","name":"get","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},{"type":"tool_result","tool_use_id":"toolu_2","content":"r"},{"type":"text","text":"go on"}]}]}
        """),
        (WireFormat.OpenAiResponses, """
        {"model":"m","stream":true,"store":false,"instructions":"i","max_output_tokens":500,"temperature":0.3,"top_p":0.5,"parallel_tool_calls":true,"include":["reasoning.encrypted_content"],"prompt_cache_key":"k","metadata":{"a":"b"},
        "reasoning":{"effort":"high","summary":"auto"},"text":{"verbosity":"low","format":{"type":"json_schema","name":"s","schema":{"type":"object"},"strict":true}},"tool_choice":{"type":"function","name":"get"},"client_metadata":{"x":"y"},
        "tools":[{"type":"function","name":"get","description":"d","strict":false,"parameters":{"type":"object","properties":{}}},{"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"x"}},{"type":"web_search"},{"type":"namespace","name":"ns","description":"d","tools":[{"type":"function","name":"f","parameters":{"type":"object"}}]}],
        "input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"d"}]},{"role":"user","content":[{"type":"input_text","text":"hi"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"},{"type":"input_file","filename":"f.pdf","file_data":"data:application/pdf;base64,AAAA"}]},
        {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"tw1.claude.x"},{"type":"function_call","id":"fc_1","call_id":"call_1","name":"get","arguments":"{}"},{"type":"function_call","call_id":"call_3","namespace":"ns","name":"f","arguments":"{}"},
        {"type":"custom_tool_call","call_id":"call_2","name":"apply_patch","input":"p"},{"type":"function_call_output","call_id":"call_1","output":[{"type":"input_text","text":"r"}]},{"type":"function_call_output","call_id":"call_3","output":"r"},{"type":"custom_tool_call_output","call_id":"call_2","output":"ok"},
        {"type":"message","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[{"type":"url_citation","url":"https://example.com","title":"t","start_index":0,"end_index":1}]},{"type":"refusal","refusal":"no"}]},{"role":"user","content":"go on"}]}
        """),
    ];

    public static readonly (WireFormat Format, string Json)[] Answers =
    [
        (WireFormat.OpenAiChat, """
        {"id":"c1","object":"chat.completion","created":1,"model":"up","service_tier":"default","choices":[{"index":0,"finish_reason":"tool_calls","logprobs":{"content":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[]}]},
        "message":{"role":"assistant","content":"hi","refusal":null,"reasoning_content":"r","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.com","title":"t","start_index":0,"end_index":2}}],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get","arguments":"{\"q\":1}"}}]}}],
        "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}
        """),
        (WireFormat.AnthropicMessages, """
        {"id":"msg_1","type":"message","role":"assistant","model":"up","stop_reason":"tool_use","stop_sequence":null,"content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"hi","citations":null},{"type":"tool_use","id":"toolu_1","name":"get","input":{"q":1}}],
        "usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":3}}}
        """),
        (WireFormat.Gemini, """
        {"responseId":"r1","modelVersion":"up","candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"thought":true,"text":"t"},{"text":"hi","thoughtSignature":"s"},{"functionCall":{"name":"get","args":{"q":1}},"thoughtSignature":"s"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
        "groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://example.com","title":"t"}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":2,"text":"hi"},"groundingChunkIndices":[0]}]},"avgLogprobs":-0.1}],
        "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"cachedContentTokenCount":3,"thoughtsTokenCount":2,"totalTokenCount":17}}
        """),
        (WireFormat.BedrockConverse, """
        {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"reasoningContent":{"redactedContent":"AAAA"}},{"text":"hi"},{"toolUse":{"toolUseId":"tooluse_1","name":"get","input":{"q":1}}}]}},
        "stopReason":"tool_use","usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15,"cacheReadInputTokens":3,"cacheWriteInputTokens":4},"metrics":{"latencyMs":5}}
        """),
    ];

    /// <summary>Streams by their events' payloads; Bedrock's carry the event's type before a blank.</summary>
    public static readonly (WireFormat Format, string[] Events)[] Streams =
    [
        (WireFormat.OpenAiChat,
        [
            """{"id":"c1","object":"chat.completion.chunk","created":1,"model":"up","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"reasoning_content":"r"}}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"content":"hi"},"logprobs":{"content":[]}}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get","arguments":""}}]}}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"get","arguments":"{\"a\""}},{"index":0,"function":{"arguments":"{\"q\":1}"}}]}}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""",
            """{"id":"c1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":3}}}""",
            "[DONE]",
        ]),
        (WireFormat.AnthropicMessages,
        [
            """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[],"stop_reason":null,"usage":{"input_tokens":10,"output_tokens":1,"cache_read_input_tokens":3}}}""",
            """{"type":"ping"}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"t"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hi"}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://example.com","title":"t","cited_text":"x","encrypted_index":"e"}}}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"get","input":{}}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"}}""",
            """{"type":"content_block_stop","index":2}""",
            """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":5}}""",
            """{"type":"message_stop"}""",
        ]),
        (WireFormat.Gemini,
        [
            """{"responseId":"r1","modelVersion":"up","candidates":[{"content":{"role":"model","parts":[{"thought":true,"text":"t"}]}}]}""",
            """{"candidates":[{"content":{"role":"model","parts":[{"text":"hi","thoughtSignature":"s"}]}}]}""",
            """{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"get","args":{"q":1}},"thoughtSignature":"s"}]}}]}""",
            """{"candidates":[{"finishReason":"STOP","content":{"parts":[{"text":""}]}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":2}}""",
        ]),
        (WireFormat.BedrockConverse,
        [
            """messageStart {"role":"assistant"}""",
            """contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"t"}}}""",
            """contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"s"}}}""",
            """contentBlockStop {"contentBlockIndex":0}""",
            """contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"hi"}}""",
            """contentBlockStop {"contentBlockIndex":1}""",
            """contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"tooluse_1","name":"get"}}}""",
            """contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"q\":1}"}}}""",
            """contentBlockStop {"contentBlockIndex":2}""",
            """messageStop {"stopReason":"tool_use"}""",
            """metadata {"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15},"metrics":{"latencyMs":3}}""",
        ]),
    ];
}
