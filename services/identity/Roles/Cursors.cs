using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

internal static class Cursors
{
    /// <exception cref="ApiProblemException">400: the cursor is of another list.</exception>
    public static Guid? Id(string? text) => text is null ? null
        : Guid.TryParse(text, out var id) ? id : throw ApiProblem.Invalid("cursor", "This is not a cursor of this list.").AsException();
}
