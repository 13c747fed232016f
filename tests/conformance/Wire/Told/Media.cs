using System.Text;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Bytes and addresses in one notation: <c>type;base64,…</c>, or the address itself, whose type nobody is told.</summary>
internal static class Media
{
    public static string OfUrl(string url) => url.StartsWith("data:", StringComparison.Ordinal) ? url["data:".Length..] : url;

    public static string OfBytes(string type, string base64) => $"{type};base64,{base64}";

    public static string OfText(string text) => OfBytes("text/plain", Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
}
