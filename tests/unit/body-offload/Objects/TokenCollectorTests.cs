using System.Text;
using ThinkWatch.BodyOffload.Objects;

namespace ThinkWatch.BodyOffload.Tests.Objects;

public sealed class TokenCollectorTests
{
    [Fact]
    public void Words_SplitOverPieces_AreWholeAndDistinct()
    {
        var tokens = new TokenCollector();
        foreach (var b in "{\"Größe\": \"zwölf äpfel\", \"äpfel\":[1,42]}"u8.ToArray())
            tokens.Append([b]);
        tokens.Finish().ShouldBe(["Größe", "zwölf", "äpfel", "42"], ignoreOrder: true);
    }

    [Fact]
    public void Flood_OfWords_IsBounded()
    {
        var tokens = new TokenCollector();
        for (var i = 0; i < 100_000; i++)
            tokens.Append(Encoding.ASCII.GetBytes($"w{i} "));
        tokens.Append(Encoding.ASCII.GetBytes(new string('x', 10_000) + " "));
        tokens.Finish().Count.ShouldBe(20_000);
    }
}
