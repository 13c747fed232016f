using System.IO.Compression;
using System.Text.RegularExpressions;
using ThinkWatch.Fleet;

namespace ThinkWatch.Browser.Tests;

/// <summary>What the first page costs to fetch, and what it may contain.</summary>
public sealed partial class BundleTests
{
    private const int Budget = 200 * 1024;
    private static readonly string _dist = Path.Combine(Repository.Root, "web", "dist");

    [Fact]
    public void InitialScripts_Compressed_StayWithinTheBudget()
    {
        var index = File.ReadAllText(Path.Combine(_dist, "index.html"));
        var scripts = ScriptPath().Matches(index).Select(static match => match.Groups[1].Value).Distinct().ToList();
        scripts.ShouldNotBeEmpty();

        scripts.Sum(static script => Compressed(Path.Combine(_dist, script))).ShouldBeLessThanOrEqualTo(Budget);
    }

    [Fact]
    public void IndexPage_UnderAPolicyWithoutInlineCode_HasNone()
    {
        var index = File.ReadAllText(Path.Combine(_dist, "index.html"));

        InlineCode().IsMatch(index).ShouldBeFalse();
        index.ShouldNotContain("//cdn");
        index.ShouldNotContain("https:");
    }

    private static long Compressed(string path)
    {
        using var sink = new MemoryStream();
        using (var gzip = new GZipStream(sink, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(File.ReadAllBytes(path));
        }

        return sink.Length;
    }

    [GeneratedRegex("(?:src|href)=\"/([^\"]+\\.js)\"")]
    private static partial Regex ScriptPath();

    [GeneratedRegex("<script(?![^>]*\\ssrc=)|<style|\\son[a-z]+=|style=\"", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();
}
