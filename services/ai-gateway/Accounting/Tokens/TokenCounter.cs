using System.Buffers;
using System.Text;

namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>
/// Counts tokens as OpenAI's models do, exactly (https://github.com/openai/tiktoken). The text of special tokens counts as text. Vocabularies are read at the
/// first count, about 5 MB each; after that all calls are safe and independent of each other.
/// </summary>
internal static class TokenCounter
{
    private static readonly Lazy<Vocabulary> s_o200k = new(static () => Vocabulary.Load("o200k_base"));
    private static readonly Lazy<Vocabulary> s_cl100k = new(static () => Vocabulary.Load("cl100k_base"));

    /// <summary>The encoding of a model by its name; of an unknown one that of OpenAI's newest.</summary>
    public static TokenEncoding EncodingOf(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        var isNew = name.StartsWith("gpt-4o", StringComparison.OrdinalIgnoreCase) || name.StartsWith("gpt-4.", StringComparison.OrdinalIgnoreCase);
        var isOld = name.StartsWith("gpt-4", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("gpt-3", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("text-embedding-", StringComparison.OrdinalIgnoreCase);
        return isOld && !isNew ? TokenEncoding.Cl100k : TokenEncoding.O200k;
    }

    public static int Count(ReadOnlySpan<byte> utf8, TokenEncoding encoding)
    {
        var vocabulary = (encoding == TokenEncoding.Cl100k ? s_cl100k : s_o200k).Value;
        var count = 0;
        while (!utf8.IsEmpty)
        {
            var length = encoding == TokenEncoding.Cl100k ? Cl100kSplitter.Next(utf8) : O200kSplitter.Next(utf8);
            count += PairMerge.Count(utf8[..length], vocabulary);
            utf8 = utf8[length..];
        }

        return count;
    }

    public static int Count(string text, TokenEncoding encoding)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var count = Count(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), encoding);
        ArrayPool<byte>.Shared.Return(bytes);
        return count;
    }
}
