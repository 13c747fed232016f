using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.ProviderSimulator.Embeddings;

/// <summary>A vector of length one, always the same for the same text.</summary>
internal static class Vector
{
    public static float[] Of(string text, int dimensions)
    {
        var vector = new float[dimensions];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        var state = BitConverter.ToUInt64(hash) | 1;
        double sum = 0;
        for (var i = 0; i < dimensions; i++)
        {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            vector[i] = ((state >> 40) / (float)(1 << 24)) - 0.5f;
            sum += vector[i] * vector[i];
        }

        var length = (float)Math.Sqrt(sum);
        for (var i = 0; i < dimensions; i++)
            vector[i] /= length;
        return vector;
    }
}
