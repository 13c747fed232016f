using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// One refusal of the management API as RFC 9457 problem+json. Return it from a handler (it is an <see cref="IResult"/>) or, from deeper
/// down, throw it as <see cref="ApiProblemException"/>. <see cref="Errors"/>: field → what is wrong with it, every field at once.
/// </summary>
public sealed record ApiProblem(int Status, string Code, string Title, string? Detail = null) : IResult
{
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, "bad_request", "The request cannot be read", detail);

    public static ApiProblem Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new(StatusCodes.Status400BadRequest, "invalid_fields", "Some fields are not valid", Summary(errors)) { Errors = errors };

    public static ApiProblem Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });

    public static ApiProblem Unauthenticated(string detail = "Sign in, or send Authorization: Bearer with a key that has the surface console.") =>
        new(StatusCodes.Status401Unauthorized, "unauthenticated", "Authentication is required", detail);

    public static ApiProblem Forbidden(string detail) => new(StatusCodes.Status403Forbidden, "forbidden", "Not allowed", detail);

    public static ApiProblem MissingPermission(string permission) =>
        new(StatusCodes.Status403Forbidden, "missing_permission", "Not allowed", $"This needs the permission {permission}.");

    public static ApiProblem NotFound(string what) => new(StatusCodes.Status404NotFound, "not_found", "Not found", $"There is no such {what}.");

    public static ApiProblem Conflict(string detail) => new(StatusCodes.Status409Conflict, "conflict", "Conflict", detail);

    public static ApiProblem Stale() =>
        new(StatusCodes.Status412PreconditionFailed, "stale", "It was changed meanwhile", "The If-Match header names an older version. Read it again.");

    public static ApiProblem Overtaken() =>
        new(StatusCodes.Status412PreconditionFailed, "stale", "It was made meanwhile", "Somebody else has made it. Read it, and change what is there.");

    public static ApiProblem Unprocessable(string detail) => new(StatusCodes.Status422UnprocessableEntity, "unprocessable", "That cannot be done", detail);

    public static ApiProblem TooMany(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "too_many_requests", "Too many requests", detail) { RetryAfter = retryAfter };

    public static ApiProblem Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", "Not available at the moment", detail) { RetryAfter = TimeSpan.FromSeconds(1) };

    public ApiProblemException AsException(Exception? cause = null) => new(this, cause);

    public Task ExecuteAsync(HttpContext httpContext) => ProblemWriter.WriteAsync(httpContext, this);

    private static string Summary(IReadOnlyDictionary<string, string[]> errors) =>
        string.Join(" ", errors.Select(e => $"{e.Key}: {string.Join(' ', e.Value)}"));
}

/// <summary>Carries an <see cref="ApiProblem"/> out of code that does not return results.</summary>
public sealed class ApiProblemException(ApiProblem problem, Exception? cause = null) : Exception(problem.Title, cause)
{
    public ApiProblem Problem { get; } = problem;
}
