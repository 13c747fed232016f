using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Names of functions as Gemini takes them: they begin with a letter or an underscore (https://ai.google.dev/api/caching#FunctionDeclaration).</summary>
internal static class FunctionNames
{
    private const int Longest = 64;

    public static string ToUpstream(ConvertedCall call, string? space, string name) => call.ToolNames.ToUpstream(space, name, Longest, letterFirst: true);
}
