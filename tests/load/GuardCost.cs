using System.Diagnostics;
using System.Globalization;
using System.Text;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Load;

/// <summary>
/// What reading and guarding a request, and guarding a stream, cost beside each other, in this process and without a network: the three are measured in turns,
/// so that what else the machine does falls on all of them. Medians, and ratios that may be compared between machines.
/// </summary>
internal static class GuardCost
{
    private const int Rounds = 31;
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(40);

    public static void Run()
    {
        Console.WriteLine("request            bytes   read µs  guarded µs   ratio    with 20 rules µs   ratio");
        foreach (var (name, body) in Requests())
        {
            var (plain, ruled) = (Rules(0), Rules(20));
            var medians = Measure(() => Read(body), () => Guard(body, plain), () => Guard(body, ruled));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-16} {body.Length,7} {medians[0],9:F1} {medians[1],11:F1} {medians[1] / medians[0],7:F2} {medians[2],19:F1} {medians[2] / medians[0],7:F2}"));
        }

        var events = Events();
        var (none, some) = (Restoring(0), Restoring(20));
        var streams = Measure(() => Split(events), () => Stream(events, none), () => Stream(events, some));
        Console.WriteLine();
        Console.WriteLine("stream of 400 events: split µs  restored µs   ratio    with 20 rules µs   ratio");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{"",22}{streams[0],8:F1} {streams[1],12:F1} {streams[1] / streams[0],7:F2} {streams[2],19:F1} {streams[2] / streams[0],7:F2}"));
    }

    private static double[] Measure(params Action[] candidates)
    {
        var results = candidates.Select(static _ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                var times = 0;
                for (; Stopwatch.GetElapsedTime(began) < s_round; times++)
                    candidates[i]();
                if (round > 0) // the first warms up
                    results[i].Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / times);
            }
        }

        return [.. results.Select(static one => one.Order().ElementAt(one.Count / 2))];
    }

    private static void Read(byte[] body)
    {
        if (ChatRequestScanner.Scan(body, out _) is not null)
            throw new InvalidOperationException("The request is none.");
    }

    private static void Guard(byte[] body, GuardRules rules)
    {
        Read(body);
        var visitor = new RedactionVisitor(new TextInspector(rules.Pii, rules.Input, new GuardHits()));
        TextWalk.Run(body, TextShapes.Request(WireFormat.OpenAiChat)!, visitor);
        if (visitor.Texts is not { } texts)
            return;
        using var output = new PooledBuffer();
        RawEdits.Apply(body, [.. RedactedText.Rewrite(body, texts, new Placeholders("0a1b2c3d"))], output);
    }

    private static void Split(byte[] events)
    {
        using var output = new PooledBuffer();
        var rest = events.AsSpan();
        for (var splitter = new SseSplitter(); splitter.TryNext(rest, out var length); rest = rest[length..])
            output.Append(rest[..length]);
    }

    private static void Stream(byte[] events, GuardRules rules)
    {
        var call = new GuardedCall(rules);
        var placeholders = new Placeholders("0a1b2c3d");
        placeholders.For("EMAIL", "bob@example.com");
        call.Redacted(placeholders);
        using var guard = new StreamGuard(call, EventTexts.Of(WireFormat.OpenAiChat)!);
        using var output = new PooledBuffer();
        var rest = events.AsSpan();
        for (var splitter = new SseSplitter(); splitter.TryNext(rest, out var length); rest = rest[length..])
            guard.Pass(rest[..length], output);
        guard.Flush(output);
    }

    private static GuardRules Rules(int count) => new(PiiScanner.Of(PiiPattern.Defaults, []), Made(count, RuleScope.Input), []);

    private static GuardRules Restoring(int count) => new(PiiScanner.Of(PiiPattern.Defaults, []), [], Made(count, RuleScope.Output));

    private static ContentRule[] Made(int count, RuleScope scope) =>
        [.. Enumerable.Range(0, count).Select(i => ContentRule.Create($"r{i}", i % 4 == 0 ? "regex" : "contains", i % 4 == 0 ? $"case-{i}-[0-9]+" : $"forbidden phrase {i}", scope, RuleAction.Warn, "low", out _)!)];

    private static IEnumerable<(string Name, byte[] Body)> Requests()
    {
        const string Prose = "Please look at the report of the third quarter and tell what has changed since; numbers are in the second table, and 4711 is no phone. ";
        yield return ("1 KB chat", Chat(string.Concat(Enumerable.Repeat(Prose, 6))));
        yield return ("with an address", Chat(string.Concat(Enumerable.Repeat(Prose, 6)) + "Ask bob@example.com or +49 30 1234567."));
        yield return ("40 KB agent", Chat(string.Concat(Enumerable.Repeat(Prose, 280))));
        yield return ("116 KB agent", Chat(string.Concat(Enumerable.Repeat("    if (x == 1) { return foo(\\\"bar\\\", 2026); } // see issue 12345\\n", 1700))));
    }

    private static byte[] Chat(string text) => Encoding.UTF8.GetBytes($$"""{"model":"m","messages":[{"role":"system","content":"You are an assistant."},{"role":"user","content":"{{text}}"}],"temperature":0.5}""");

    private static byte[] Events()
    {
        var events = new StringBuilder();
        for (var i = 0; i < 400; i++)
        {
            var text = i % 50 == 49 ? "to {{EMAIL_0a1b2c3d_1}} " : "some words ";
            events.Append("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"").Append(text).Append("\"},\"finish_reason\":null}]}\n\n");
        }

        return Encoding.UTF8.GetBytes(events.Append("data: [DONE]\n\n").ToString());
    }
}
