namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>The request is answered with an error; the format gives it its shape.</summary>
internal sealed class Refused(int status, string message, string? code = null, string? param = null) : Exception(message)
{
    public int Status { get; } = status;

    public string? Code { get; } = code;

    public string? Param { get; } = param;

    public static Refused Invalid(string message, string? param = null) => new(StatusCodes.Status400BadRequest, message, null, param);
}
