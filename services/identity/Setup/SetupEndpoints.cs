using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Setup;

internal static class SetupEndpoints
{
    public static void MapSetup(this IEndpointRouteBuilder app)
    {
        var setup = app.MapGroup("/api/setup").WithTags("setup");
        setup.MapGet("/status", StatusAsync).AllowAnonymousCaller();
        // Before set-up there is no session that another site could ride on.
        setup.MapPost("/initialize", InitializeAsync).AllowAnonymousCaller();
    }

    private static async Task<IResult> StatusAsync(SetupState state, SetupChecks checks, CancellationToken cancellationToken)
    {
        var initialized = await state.IsInitializedAsync(cancellationToken);
        IReadOnlyList<DependencyCheck> results = initialized == true ? [] : await checks.RunAsync(cancellationToken);
        return Results.Ok(new SetupStatus(initialized == true, initialized == false, checks.SimulatorAvailable, results));
    }

    private static async Task<IResult> InitializeAsync(InitializeRequest body, HttpContext http, SetupDesk desk, CancellationToken cancellationToken) =>
        Results.Created("/api/auth/me", await desk.InitializeAsync(http, body, cancellationToken));
}
