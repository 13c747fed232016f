using System.Text;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.Guard;

namespace ThinkWatch.AiGateway.Tests.Guard;

/// <summary>The guard on one document, without a gateway around it.</summary>
internal static class GuardCase
{
    public const string Salt = "0a1b2c3d";

    public static string Redact(WireFormat format, string json, Placeholders? placeholders = null)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var visitor = new RedactionVisitor(new TextInspector(PiiScanner.Of(PiiPattern.Defaults, []), [], new GuardHits()));
        TextWalk.Run(body, TextShapes.Request(format)!, visitor);
        if (visitor.Texts is null)
            return json;
        using var output = new PooledBuffer();
        RawEdits.Apply(body, [.. RedactedText.Rewrite(body, visitor.Texts, placeholders ?? new Placeholders(Salt))], output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Placeholders E1 … En for e-mail addresses.</summary>
    public static PlaceholderRestorer Restorer(params string[] values)
    {
        var placeholders = new Placeholders(Salt);
        foreach (var value in values)
            placeholders.For("EMAIL", value);
        return new PlaceholderRestorer(placeholders);
    }

    public static string Restore(WireFormat format, string json, params string[] values)
    {
        using var output = new PooledBuffer();
        return RestoreVisitor.Restore(Encoding.UTF8.GetBytes(json), TextShapes.Answer(format), Restorer(values), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : json;
    }

    public static string Stream(WireFormat format, IEnumerable<string> events, params string[] values)
    {
        using var streams = new StreamRewriter(Restorer(values), EventTexts.Of(format)!);
        using var output = new PooledBuffer();
        var all = Encoding.UTF8.GetBytes(string.Concat(events)).AsSpan();
        for (var splitter = new SseSplitter(); splitter.TryNext(all, out var length); all = all[length..])
            streams.Pass(all[..length], output);
        streams.Flush(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
