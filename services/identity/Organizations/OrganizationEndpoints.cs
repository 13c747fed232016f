using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Organizations;

internal static class OrganizationEndpoints
{
    private const string Permission = "system:organizations";

    public static void MapOrganizations(this IEndpointRouteBuilder app)
    {
        var organizations = app.MapGroup("/api/admin/organizations").WithTags("organizations");
        organizations.MapGet("", ListAsync).RequirePermission(Permission).WithName("listOrganizations").WithSummary("All organisations; platform administrators only");
        organizations.MapPost("", CreateAsync).RequirePermission(Permission).WithName("createOrganization").WithSummary("Make an organisation and invite its first administrator");
        organizations.MapGet("/{id:guid}", ReadAsync).RequirePermission(Permission).WithName("getOrganization").WithSummary("One organisation");
        organizations.MapPatch("/{id:guid}", UpdateAsync).RequirePermission(Permission).WithName("updateOrganization").WithSummary("Rename, disable or enable an organisation");
    }

    private static async Task<Ok<Page<OrganizationView>>> ListAsync(ListQuery query, HttpContext http, OrganizationDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http, query, cancellationToken));

    private static async Task<Created<CreatedOrganization>> CreateAsync(CreateOrganization body, HttpContext http, OrganizationDesk desk, CancellationToken cancellationToken)
    {
        var organization = await desk.CreateAsync(http, body, cancellationToken);
        return TypedResults.Created($"/api/admin/organizations/{organization.Id}", organization);
    }

    private static async Task<Ok<OrganizationView>> ReadAsync(Guid id, HttpContext http, OrganizationDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http, id, cancellationToken));

    private static async Task<Ok<OrganizationView>> UpdateAsync(Guid id, PatchOrganization body, HttpContext http, OrganizationDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static Ok<OrganizationView> Answer(HttpContext http, OrganizationView organization)
    {
        http.SetETag(organization.Version);
        return TypedResults.Ok(organization);
    }
}
