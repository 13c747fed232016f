using System.Text.Json;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.Guard;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Tests.Guard;

public sealed class RedactionTests
{
    private const string One = "{{EMAIL_0a1b2c3d_1}}";
    private const string Two = "{{EMAIL_0a1b2c3d_2}}";

    /// <summary>Every text of every role; nothing else. In the cases, M1 … are addresses that must go and K is one that must stay.</summary>
    public static TheoryData<string, string> Texts() => new()
    {
        { "OpenAiChat", """{"model":"K","user":"K","messages":[{"role":"system","name":"K","content":"M1"},{"role":"user","content":[{"type":"text","text":"x M2"},{"type":"image_url","image_url":{"url":"K"}}]}]}""" },
        { "OpenAiChat", """{"messages":[{"role":"assistant","content":null,"refusal":"M1","reasoning_content":"K","tool_calls":[{"id":"K","type":"function","function":{"name":"K","arguments":"{\"a\":\"M2\",\"b\":[{\"c\":\"M1\"}]}"}},{"type":"custom","custom":{"name":"K","input":"M3"}}]},{"role":"tool","tool_call_id":"K","content":"M3"}],"tools":[{"type":"function","function":{"name":"f","description":"K"}}]}""" },
        { "AnthropicMessages", """{"system":"M1","messages":[{"role":"user","content":"M2"},{"role":"assistant","content":[{"type":"thinking","thinking":"K","signature":"K"},{"type":"tool_use","id":"K","name":"K","input":{"K":"M1","x":["M3",{"y":"M2"}]}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"K","content":[{"type":"text","text":"M1"},{"type":"image","source":{"type":"base64","data":"K"}}]}]}],"metadata":{"user_id":"K"}}""" },
        { "AnthropicMessages", """{"system":[{"type":"text","text":"M1","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"document","title":"M2","context":"M3","source":{"type":"text","media_type":"text/plain","data":"M1"}},{"type":"document","source":{"data":"K","type":"base64"}},{"type":"tool_result","tool_use_id":"t","content":"M4"}]}],"tools":[{"description":"K","input_schema":{"default":"K"}}]}""" },
        { "AnthropicCountTokens", """{"messages":[{"role":"user","content":"M1"}]}""" },
        { "OpenAiResponses", """{"model":"m","instructions":"M1","input":"M2","metadata":{"a":"K"}}""" },
        { "OpenAiResponses", """{"instructions":"M1","input":[{"role":"developer","content":"M2"},{"type":"message","role":"user","content":[{"type":"input_text","text":"M3"},{"type":"input_image","image_url":"K"}]},{"type":"reasoning","id":"K","summary":[{"type":"summary_text","text":"K"}],"encrypted_content":"K"},{"type":"function_call","call_id":"K","name":"K","arguments":"{\"a\":\"M1\"}"},{"type":"function_call_output","call_id":"K","output":"M4"},{"type":"function_call_output","call_id":"K","output":[{"type":"input_text","text":"M2"}]},{"type":"custom_tool_call","input":"M1"}]}""" },
        { "OpenAiEmbeddings", """{"model":"K","input":["M1","M2"]}""" },
        { "OpenAiEmbeddings", """{"model":"K","input":"M1"}""" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void EveryText_IsRedacted_AndNothingElse(string format, string pattern)
    {
        var request = pattern;
        var expected = pattern;
        for (var i = 1; i <= 4; i++)
        {
            request = request.Replace($"M{i}", $"m{i}@example.com", StringComparison.Ordinal);
            expected = expected.Replace($"M{i}", $"{{{{EMAIL_0a1b2c3d_{i}}}}}", StringComparison.Ordinal);
        }

        request = request.Replace("K", "k@example.com", StringComparison.Ordinal);
        expected = expected.Replace("K", "k@example.com", StringComparison.Ordinal);
        GuardCase.Redact(Enum.Parse<WireFormat>(format), request).ShouldBe(expected);
    }

    [Fact]
    public void Escapes_AreSeenThrough_AndKeptWhereNothingIsReplaced()
    {
        const string Body = """{"messages":[{"role":"user","content":"\u00e9\ud83d\ude00é😀\n\"\\ a\u0040b.io \ud800 \/ c@d.io\t"}]}""";
        GuardCase.Redact(WireFormat.OpenAiChat, Body).ShouldBe($$$"""{"messages":[{"role":"user","content":"\u00e9\ud83d\ude00é😀\n\"\\ {{{One}}} \ud800 \/ {{{Two}}}\t"}]}""");
    }

    [Fact]
    public void Arguments_AreReadAsTheDocumentTheyAre()
    {
        const string Body = """{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"text\":\"first\\nfoo@example.com \\u0061@b.io\",\"n\":1.0}"}}]}]}""";
        var redacted = GuardCase.Redact(WireFormat.OpenAiChat, Body);
        using var json = JsonDocument.Parse(redacted);
        json.RootElement.GetProperty("messages")[0].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()
            .ShouldBe($$$"""{"text":"first\n{{{One}}} {{{Two}}}","n":1.0}""");
    }

    [Fact]
    public void Arguments_ThatAreNoDocument_AreText() =>
        GuardCase.Redact(WireFormat.OpenAiChat, """{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\": c@d.io"}}]}]}""")
            .ShouldBe("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\": {{EMAIL_0a1b2c3d_1}}"}}]}]}""");

    /// <summary>A prompt cache compares from the beginning on: a turn that is added must not change what stands before it, wherever the system prompt is.</summary>
    [Fact]
    public void NextTurn_RepeatsTheEarlierOnes_ByteForByte()
    {
        const string First = """{"messages":[{"role":"user","content":"a@x.io"}""";
        const string System = """],"system":"s@x.io"}""";
        var once = GuardCase.Redact(WireFormat.AnthropicMessages, First + System);
        var twice = GuardCase.Redact(WireFormat.AnthropicMessages, First + """,{"role":"user","content":"b@x.io a@x.io"}""" + System);
        twice.ShouldStartWith(once[..^System.Length][..20]);
        once.ShouldBe($$$"""{"messages":[{"role":"user","content":"{{{Two}}}"}],"system":"{{{One}}}"}""");
        twice.ShouldBe($$$"""{"messages":[{"role":"user","content":"{{{Two}}}"},{"role":"user","content":"{{EMAIL_0a1b2c3d_3}} {{{Two}}}"}],"system":"{{{One}}}"}""");
    }

    [Fact]
    public void Settings_KnowThePatternsOfTheLibrary()
    {
        SettingsRegistry.Security.PiiPatterns.Default.ShouldBe(PiiPattern.Defaults);
        foreach (var pattern in PiiPattern.All)
            SettingsRegistry.Security.PiiPatterns.Validate(JsonSerializer.SerializeToElement(new[] { pattern.Name })).ShouldBeNull();
        SettingsRegistry.Security.PiiPatterns.Validate(JsonSerializer.SerializeToElement(new[] { "emails" })).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("EMPLOYEE=E-[0-9]{6}")]
    [InlineData("employee=x")]
    [InlineData("EMPLOYEE=(?<=x)y")]
    [InlineData("EMPLOYEE=x*")]
    [InlineData("EMPLOYEE=")]
    public void Settings_AgreeWithTheLibrary_OnCustomPatterns(string text) =>
        (SettingsRegistry.Security.PiiCustomPatterns.Validate(JsonSerializer.SerializeToElement(new[] { text })) is null).ShouldBe(PiiPattern.ParseCustom(text, out _) is not null);
}
