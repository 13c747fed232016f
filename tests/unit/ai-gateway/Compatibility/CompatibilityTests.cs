using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Compatibility;

/// <summary>
/// Every cell of surface × provider × feature × {JSON, stream}: it arrives, or the answer's <c>x-thinkwatch-conversion</c> says what did not, or the call is
/// refused with a 400 that says why. Nothing gets lost in silence. docs/compatibility.md is written from what was seen here; run with
/// <c>UPDATE_COMPATIBILITY=1</c> to write it anew.
/// </summary>
public sealed class CompatibilityTests(GatewayFixture gateway)
{
    private static readonly string[] s_providers = ["openai", "anthropic", "google", "azure_openai", "bedrock", "custom"];

    private static readonly string[] s_features =
        ["text", "system", "multi-turn", "image", "file", "tool", "parallel tools", "tool result", "tool result with image", "json_schema", "thinking", "sampling", "stop reason", "usage", "error"];

    [Fact]
    public async Task EveryCell_ArrivesOrSaysWhy()
    {
        var key = gateway.Identity.AddKey();
        var models = new Dictionary<(string Provider, string Feature), string>();
        foreach (var provider in s_providers)
        {
            foreach (var feature in s_features)
                models[(provider, feature)] = await gateway.AddModelAsync(UpstreamModel(provider, feature), added => gateway.SetType(added, provider));
        }

        var tries =
            from surface in Surface.All from provider in s_providers from feature in s_features from stream in (bool[])[false, true] select new Cell(surface, provider, feature, stream);
        var verdicts = new ConcurrentDictionary<Cell, string>();
        var lost = new ConcurrentBag<string>();
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(tries, bounds, async (cell, _) =>
        {
            var request = cell.Surface.Request(cell.Feature, models[(cell.Provider, cell.Feature)]);
            var (verdict, why) = request is null ? ("–", "") : await TryAsync(key, cell.Surface, cell.Feature, request, cell.Stream);
            verdicts[cell] = verdict;
            if (verdict == "lost")
                lost.Add($"{cell.Surface.Name} → {cell.Provider}, {cell.Feature}, {(cell.Stream ? "stream" : "JSON")}: {why}");
        });
        var cells = verdicts.Keys.Where(static cell => !cell.Stream).ToDictionary(
            static cell => (cell.Surface.Name, cell.Provider, cell.Feature),
            cell => verdicts[cell] == verdicts[cell with { Stream = true }] ? verdicts[cell] : verdicts[cell] + " / " + verdicts[cell with { Stream = true }]);
        lost.ShouldBeEmpty();
        Compare(Table(cells));
    }

    private async Task<(string Verdict, string Why)> TryAsync(string key, Surface surface, string feature, string body, bool stream)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, surface.Path)
        {
            Content = new StringContent(stream ? Streamed(surface, feature, body) : body, Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        };
        using var response = await gateway.Http.SendAsync(request);
        var sent = await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        if (feature == "error")
            return response.StatusCode == HttpStatusCode.BadRequest && IsError(surface, sent) ? ("yes", "") : ("lost", sent);
        if (response.StatusCode == HttpStatusCode.BadRequest && IsError(surface, sent))
            return ("refused", sent);
        if (response.StatusCode != HttpStatusCode.OK)
            return ("lost", $"{(int)response.StatusCode}: {sent}");
        var notes = response.Headers.TryGetValues("x-thinkwatch-conversion", out var values) ? values.Single() : "";
        using var answer = JsonDocument.Parse(row.ResponseBody.ToStringUtf8());
        var arrived = Arrived(surface, feature, answer.RootElement);
        return arrived ? (notes.Length == 0 ? "yes" : "yes, " + notes, "") : notes.Contains("dropped", StringComparison.Ordinal) ? (notes, "") : ("lost", answer.RootElement.GetRawText());
    }

    /// <summary>Chat streams tell their usage to those who ask.</summary>
    private static string Streamed(Surface surface, string feature, string body) =>
        (feature == "usage" && surface.Path == "/v1/chat/completions" ? "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," : "{\"stream\":true,") + body[1..];

    private static bool Arrived(Surface surface, string feature, JsonElement answer)
    {
        try
        {
            return Found(surface, feature, answer);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            return false; // the answer is shown with the verdict
        }
    }

    private static bool Found(Surface surface, string feature, JsonElement answer) => feature switch
    {
        "tool" => surface.ToolCalls(answer).Count() == 1 && surface.ToolCalls(answer).All(static call => call.Name == "get_weather" && JsonDocument.Parse(call.Arguments).RootElement.TryGetProperty("city", out _)),
        "parallel tools" => surface.ToolCalls(answer).Select(static call => call.Name).Distinct().Count() == 2,
        "json_schema" => JsonDocument.Parse(surface.Text(answer)).RootElement.TryGetProperty("city", out _),
        "stop reason" => surface.WasCut(answer),
        "usage" => surface.Usage(answer) is ( > 0, > 0),
        _ => Understood(feature, JsonDocument.Parse(surface.Text(answer)).RootElement),
    };

    /// <summary>What the provider says that it was given.</summary>
    private static bool Understood(string feature, JsonElement inspected)
    {
        var parts = inspected.GetProperty("messages").EnumerateArray().SelectMany(static message => message.GetProperty("parts").EnumerateArray()).ToArray();
        var inResults = parts.Where(static part => Kind(part) == "tool_result").SelectMany(static part => part.TryGetProperty("parts", out var inner) ? inner.EnumerateArray().ToArray() : []).ToArray();
        return feature switch
        {
            "text" => parts.Any(static part => Kind(part) == "text" && part.GetProperty("text").GetString() == "hello-7391"),
            "system" => inspected.GetProperty("system").GetRawText().Contains("system-7391", StringComparison.Ordinal),
            "multi-turn" => inspected.GetProperty("messages").GetArrayLength() == 3 && parts[1].GetProperty("text").GetString() == "two-7391",
            "image" => parts.Any(static part => Kind(part) == "image" && part.GetProperty("bytes").GetInt32() == Convert.FromBase64String(Surface.Pixel).Length),
            "file" => parts.Any(static part => Kind(part) == "file" && part.GetProperty("bytes").GetInt32() == Convert.FromBase64String(Surface.Pdf).Length),
            "tool result" => parts.Any(static part => Kind(part) == "tool_result" && part.GetRawText().Contains("result-7391", StringComparison.Ordinal)),
            "tool result with image" => inResults.Concat(parts).Any(static part => Kind(part) == "image" && part.GetProperty("bytes").GetInt32() == Convert.FromBase64String(Surface.Pixel).Length),
            "thinking" => inspected.TryGetProperty("thinking", out var thinking) && thinking.TryGetProperty("on", out var on) && on.GetBoolean(),
            "sampling" => inspected.TryGetProperty("sampling", out var sampling) && sampling.TryGetProperty("temperature", out _),
            _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, "no such feature"),
        };
    }

    private sealed record Cell(Surface Surface, string Provider, string Feature, bool Stream);

    private static string Kind(JsonElement part) => part.GetProperty("kind").GetString()!;

    private static bool IsError(Surface surface, string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("error").GetProperty("message").GetString()!.Length > 0
            && (surface.Path == "/v1/messages") == (json.RootElement.TryGetProperty("type", out var type) && type.GetString() == "error");
    }

    private static string UpstreamModel(string provider, string feature)
    {
        var scenario = feature switch
        {
            "tool" => "sim-tools",
            "parallel tools" => "sim-parallel",
            "json_schema" => "sim-json",
            "stop reason" => "sim-length",
            "usage" => "sim-chat",
            "error" => "sim-error-400",
            _ => "sim-inspect",
        };
        return provider switch
        {
            "bedrock" => $"anthropic.claude-{scenario}-v1:0",
            "google" => "gemini-" + scenario,
            "anthropic" => "claude-" + scenario,
            _ => scenario,
        };
    }

    private static string Table(Dictionary<(string Surface, string Provider, string Feature), string> cells)
    {
        var text = new StringBuilder()
            .AppendLine("# Compatibility")
            .AppendLine()
            .AppendLine("Written by a test that calls the gateway for every cell, as JSON and as a stream, and asks the other side what arrived. **yes**: all of it. A note is what")
            .AppendLine("`x-thinkwatch-conversion` and the row's `conversion_notes` said. **refused**: 400 with the reason, for leaving it out would change what is asked.")
            .AppendLine("**–**: the surface has no such thing. The providers are imitations as strict as the real ones ([simulator](simulator.md)).");
        foreach (var surface in Surface.All)
        {
            text.AppendLine().Append("## ").AppendLine(surface.Name).AppendLine();
            text.Append("| |").AppendJoin('|', s_providers).AppendLine("|");
            text.Append("|---|").AppendJoin('|', s_providers.Select(static _ => "---")).AppendLine("|");
            foreach (var feature in s_features)
                text.Append('|').Append(feature).Append('|').AppendJoin('|', s_providers.Select(provider => cells[(surface.Name, provider, feature)])).AppendLine("|");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Compare(string table)
    {
        var path = Path.Combine(Root(), "docs", "compatibility.md");
        if (Environment.GetEnvironmentVariable("UPDATE_COMPATIBILITY") == "1")
            File.WriteAllText(path, table);
        File.ReadAllText(path).ShouldBe(table, "docs/compatibility.md does not tell what is; see the remark on this test");
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "ThinkWatch.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }
}
