using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Setup;

internal static class SetupEndpoints
{
    public static void MapSetup(this IEndpointRouteBuilder app)
    {
        var setup = app.MapGroup("/api/setup").WithTags("setup");
        setup.MapGet("/status", StatusAsync).AllowAnonymousCaller().WithName("getSetupStatus").WithSummary("Whether this installation is set up, and until then what it waits for");
        // Before set-up there is no session that another site could ride on.
        setup.MapPost("/initialize", InitializeAsync).AllowAnonymousCaller().WithName("initialize").WithSummary("The first administrator and their key; once");
    }

    private static async Task<Ok<SetupStatus>> StatusAsync(SetupState state, SetupChecks checks, CancellationToken cancellationToken)
    {
        var initialized = await state.IsInitializedAsync(cancellationToken);
        IReadOnlyList<DependencyCheck> results = initialized == true ? [] : await checks.RunAsync(cancellationToken);
        return TypedResults.Ok(new SetupStatus(initialized == true, initialized == false, checks.SimulatorAvailable, results));
    }

    private static async Task<Created<InitializeReply>> InitializeAsync(InitializeRequest body, HttpContext http, SetupDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Created("/api/auth/me", await desk.InitializeAsync(http, body, cancellationToken));
}
