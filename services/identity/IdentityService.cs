using ThinkWatch.Changes;
using ThinkWatch.Identity.Keys;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Principals;
using ThinkWatch.Identity.Organizations;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Roles.Assignments;
using ThinkWatch.Identity.Teams;
using ThinkWatch.Identity.Totp;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Setup;
using ThinkWatch.Identity.Sso;
using ThinkWatch.Identity.Sso.Oidc;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity;

internal static class IdentityService
{
    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        builder.AddVault();
        builder.AddSettings();
        builder.AddPostgres("identity");
        builder.AddChangeFeed();
        builder.AddSessions();
        builder.AddPrincipals();
        builder.Services.AddSingleton<PasswordWorker>();
        builder.Services.AddSingleton<KeyDesk>();
        builder.Services.AddSingleton<KeyLifecycle>();
        builder.Services.AddSingleton<UserPurge>();
        builder.Services.AddHostedService<KeyJanitor>();
        builder.AddPeople();
        builder.AddSso();
        builder.Services.AddSingleton<MeReader>();
        builder.Services.AddSingleton<EffectivePermissionReader>();
        builder.AddSetup();
        builder.AddManagementApi();
        return builder;
    }

    public static WebApplication MapIdentity(this WebApplication app)
    {
        app.UseManagementApi();
        app.MapSetup();
        app.MapAuth();
        app.MapTotp();
        app.MapSso();
        app.MapKeys();
        app.MapUsers();
        app.MapAssignments();
        app.MapRoles();
        app.MapTeams();
        app.MapOrganizations();
        app.MapGrpcService<IdentityGrpc>();
        return app;
    }

    private static void AddSessions(this WebApplicationBuilder builder)
    {
        var address = builder.Configuration.GetConnectionString("redis")
            ?? throw new InvalidOperationException("ConnectionStrings__redis is not set. Example: 127.0.0.1:6379");
        var secret = builder.RequireSecret("JWT_SECRET", Secrets.AtLeast32Characters);
        builder.Services.AddSingleton(new RedisConnection(address));
        builder.Services.AddSingleton(services =>
            new AccessTokens(secret, services.GetRequiredService<ISettings>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(new RefreshTokens(secret));
        builder.Services.AddSingleton<SessionStore>();
        builder.Services.AddSingleton<SessionEnder>();
        builder.Services.AddSingleton<SessionCookieWriter>();
        builder.Services.AddSingleton<LoginLimiter>();
        builder.Services.AddSingleton<LoginDesk>();
        builder.Services.AddSingleton<TotpStore>();
        builder.Services.AddSingleton<TotpDesk>();
        builder.Services.AddHostedService<SeedRenewal>();
        builder.Services.AddHealthChecks().AddCheck<RedisConnection>("redis", tags: ["ready"], timeout: TimeSpan.FromSeconds(3));
    }

    private static void AddPeople(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UserDesk>();
        builder.Services.AddSingleton<UserEndings>();
        builder.Services.AddSingleton<PasswordDesk>();
        builder.Services.AddSingleton<RoleDesk>();
        builder.Services.AddSingleton<AssignmentDesk>();
        builder.Services.AddSingleton<Explainer>();
        builder.Services.AddHostedService<BuiltInRoleStore>();
        builder.Services.AddSingleton<TeamDesk>();
        builder.Services.AddSingleton<OrganizationDesk>();
    }

    private static void AddSso(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SsoUnlinking>();
        builder.Services.AddSingleton<OidcHttp>();
        builder.Services.AddSingleton<OidcDirectory>();
        builder.Services.AddSingleton<OidcTokens>();
        builder.Services.AddSingleton<OidcClient>();
        builder.Services.AddSingleton<SsoFlows>();
        builder.Services.AddSingleton<SsoTickets>();
        builder.Services.AddSingleton<SsoDoor>();
        builder.Services.AddSingleton<SsoLogout>();
        builder.Services.AddSingleton<SsoLinks>();
        builder.Services.AddSingleton<SsoSignIn>();
        builder.Services.AddSingleton<SsoDesk>();
        builder.Services.AddHostedService<SsoSecretRenewal>();
    }

    private static void AddPrincipals(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PolicyCache>();
        builder.Services.AddSingleton<PrincipalReader>();
        builder.Services.AddSingleton<LastUsed>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<LastUsed>());
        builder.Services.AddSingleton<PrincipalAuthenticator>();
        builder.Services.AddSingleton<SubjectFinder>();
        builder.Services.AddSingleton<SubjectDescriber>();
        builder.Services.AddSingleton<KeyNoticeLog>();
        // This service asks itself: no call over the wire, no cache.
        builder.Services.AddSingleton<ICallerAuthenticator>(static services => services.GetRequiredService<PrincipalAuthenticator>());
        builder.Services.AddSingleton<IdentityGrpc>();
    }

    private static void AddSetup(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(SetupChecks.HttpClientName);
        builder.Services.AddSingleton<SetupChecks>();
        builder.Services.AddSingleton<SetupDesk>();
        builder.Services.AddSingleton<SetupState>();
    }
}
