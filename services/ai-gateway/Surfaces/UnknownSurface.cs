namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>Everything that no surface answers.</summary>
internal sealed class UnknownSurface : ISurface
{
    public static readonly UnknownSurface Instance = new();

    public string Name => "unknown";

    public string Method => "*";

    public string Route => "{*path}";

    public IErrorShape Errors => OpenAiErrors.Instance;
}
