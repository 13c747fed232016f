using System.Text;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>The comparison itself: what it takes for the same, and that it sees what is missing.</summary>
public sealed class ConversationDiffTests
{
    private const string Sent = """
        {"model":"a","messages":[{"role":"user","content":[{"type":"text","text":"Grüezi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAB"}}]},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"city\":\"Ulm\",\"days\":3}"}}]}],
        "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"temperature":0.4}
        """;

    private const string Received = """
        {"contents":[{"role":"user","parts":[{"text":"Grüezi"},{"inlineData":{"mimeType":"image/png","data":"AAAB"}}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"days":3,"city":"Ulm"}}}]}],
        "tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"properties":{"city":{"type":"string"}},"type":"object"}}]}],"generationConfig":{"temperature":0.40}}
        """;

    [Fact]
    public void Words_InAnotherFormat_AreTheSame() => Lost(Received).ShouldBeEmpty();

    [Theory]
    [InlineData("Grüezi", "Gruezi", "messages.content.text: Grüezi")]
    [InlineData("AAAB", "AAAC", "messages.content.image_url.url: AAAB")]
    [InlineData("image/png", "image/gif", "messages.content.image_url.url: png")]
    [InlineData("Ulm", "Bonn", "messages.tool_calls.function.arguments.input_schema.city: Ulm")]
    [InlineData("\"days\":3,", "", "messages.tool_calls.function.arguments.input_schema.days: (the name)")]
    [InlineData("\"type\":\"string\"", "", "tools.function.parameters.properties.city.type: string")]
    [InlineData("0.40", "0.5", "temperature: 0.4")]
    public void Words_ThatAreMissing_AreNamed(string there, string instead, string lost) => Lost(Received.Replace(there, instead, StringComparison.Ordinal)).ShouldContain(lost);

    [Fact]
    public void Words_ThatANoteNames_AreNotLost() => Lost(Received.Replace("0.40", "1", StringComparison.Ordinal), "dropped=seed; changed=temperature").ShouldBeEmpty();

    private static IReadOnlyList<string> Lost(string received, string notes = "") => ConversationDiff.Lost(Encoding.UTF8.GetBytes(Sent), Encoding.UTF8.GetBytes(received), notes);
}
