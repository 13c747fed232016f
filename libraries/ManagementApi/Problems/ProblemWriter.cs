using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

internal static class ProblemWriter
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static async Task WriteAsync(HttpContext http, ApiProblem problem)
    {
        http.Response.StatusCode = problem.Status;
        if (problem.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (problem.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        var body = new Document($"urn:thinkwatch:problem:{problem.Code}", problem.Title, problem.Status, problem.Detail, http.RequestId(), problem.Errors);
        await http.Response.WriteAsJsonAsync(body, Json, "application/problem+json", http.RequestAborted);
    }

    private sealed record Document(string Type, string Title, int Status, string? Detail, string RequestId, IReadOnlyDictionary<string, string[]>? Errors);
}
