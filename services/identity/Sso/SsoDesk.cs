using Npgsql;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sso.Oidc;
using ThinkWatch.Identity.Teams;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Sso;

/// <summary>What an administrator does with the connection. Whoever changes it holds all that it gives, before and after: it is no way to more.</summary>
internal sealed class SsoDesk(NpgsqlDataSource database, OidcDirectory directory, OidcClient client, SsoFlows flows, Vault vault)
{
    public async Task<SsoOverview> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await SsoStore.OfOrganizationAsync(connection, http.Caller().OrgId(), null, cancellationToken);
        return new SsoOverview(row is null ? null : await SsoStore.ViewAsync(connection, row, null, cancellationToken), SsoPresets.All);
    }

    public async Task<DiscoveredIssuer> DiscoverAsync(DiscoverIssuer body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        SsoRules.CheckIssuer(errors, body.Issuer, body.AllowPrivateNetwork ?? false);
        errors.ThrowIfAny();
        try
        {
            var found = await directory.DescribeAsync(body.Issuer!.Trim(), body.AllowPrivateNetwork ?? false, cancellationToken, anew: true);
            return new DiscoveredIssuer(
                found.Issuer, found.AuthorizationEndpoint.AbsoluteUri, found.TokenEndpoint.AbsoluteUri, found.JwksUri.AbsoluteUri, found.UserinfoEndpoint?.AbsoluteUri,
                found.EndSessionEndpoint?.AbsoluteUri, found.Scopes, found.Claims);
        }
        catch (SsoRefusedException refused)
        {
            throw ApiProblem.Invalid("issuer", $"Discovery failed: {refused.Reason}.").AsException();
        }
    }

    public async Task<SsoView> PutAsync(HttpContext http, PutSso body, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        SsoRules.Check(errors, body);
        errors.ThrowIfAny();
        return await ChangeAsync(http, "sso.update", async (transaction, change, before, token) =>
        {
            var row = before ?? new SsoConnection { Id = Guid.CreateVersion7(), OrgId = http.Caller().OrgId() };
            var wanted = WithSecret(before, SsoRules.Merge(row, body), body.ClientSecret);
            var (role, mappings) = await ResolveAsync(transaction, change, row.OrgId, body, token);
            wanted = wanted with { DefaultRoleId = role };
            await SsoStore.SaveAsync(transaction, wanted, token);
            await SsoStore.ReplaceMappingsAsync(transaction, wanted, mappings, token);
        }, cancellationToken);
    }

    public Task<SsoView> SetActiveAsync(HttpContext http, bool active, CancellationToken cancellationToken) =>
        ChangeAsync(http, active ? "sso.activate" : "sso.deactivate", async (transaction, _, before, token) =>
        {
            var row = before ?? throw ApiProblem.NotFound("connection").AsException();
            if (active && row.TestedAt is null)
                throw ApiProblem.Conflict("Test the sign-in first: nobody has yet come through with what is set now.").AsException();
            await SsoStore.SetActiveAsync(transaction, row.Id, active, token);
        }, cancellationToken, gives: active);

    public Task DeleteAsync(HttpContext http, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            await GrantChange.BeginAsync(transaction, http.Caller(), token);
            var row = await SsoStore.OfOrganizationAsync(transaction.Connection!, http.Caller().OrgId(), transaction, token) ?? throw ApiProblem.NotFound("connection").AsException();
            http.RequireMatch(row.Version);
            var before = await SsoStore.ViewAsync(transaction.Connection!, row, transaction, token);
            await SsoStore.DeleteAsync(transaction, row.Id, token);
            await AuditOutbox.AppendAsync(transaction, http.Audit("sso.delete", SsoAudit.Resource, row.Id.ToString(), before), token);
        },
        cancellationToken);

    /// <summary>Begins a sign-in that only shows what comes of it; in the caller's own browser.</summary>
    public async Task<SsoTestStart> TestAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Caller().SessionId.Length == 0)
            throw ApiProblem.Unprocessable("A test sign-in goes through the browser of who asks for it: a key has none.").AsException();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await SsoStore.OfOrganizationAsync(connection, http.Caller().OrgId(), null, cancellationToken) ?? throw ApiProblem.NotFound("connection").AsException();
        await connection.CloseAsync();
        try
        {
            return new SsoTestStart(await client.AuthorizationUrlAsync(row, flows.Begin(http, row.Id, "/", Guid.Parse(http.Caller().UserId)), cancellationToken));
        }
        catch (SsoRefusedException refused)
        {
            throw ApiProblem.Unprocessable($"The sign-in cannot begin: {refused.Reason}.").AsException();
        }
    }

    // gives: the change can make somebody get something; otherwise it needs no more than the permission.
    private Task<SsoView> ChangeAsync(
        HttpContext http, string action, Func<NpgsqlTransaction, GrantChange, SsoConnection?, CancellationToken, Task> work, CancellationToken cancellationToken, bool gives = true) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var (connection, org) = (transaction.Connection!, http.Caller().OrgId());
            var change = await GrantChange.BeginAsync(transaction, http.Caller(), token);
            var row = await SsoStore.OfOrganizationAsync(connection, org, transaction, token);
            http.RequireMatch(row?.Version ?? 0);
            var before = row is null ? null : await SsoStore.ViewAsync(connection, row, transaction, token);
            if (gives)
                await RequireWithinAsync(transaction, change, row, token);
            await work(transaction, change, row, token);
            var changed = (await SsoStore.OfOrganizationAsync(connection, org, transaction, token))!;
            if (gives)
                await RequireWithinAsync(transaction, change, changed, token);
            var after = await SsoStore.ViewAsync(connection, changed, transaction, token);
            await AuditOutbox.AppendAsync(
                transaction, http.Audit(before is null ? "sso.create" : action, SsoAudit.Resource, after.Id.ToString(), before, after), token);
            return after;
        },
        cancellationToken);

    // Another provider must not be sent this one's secret, and knows nothing that was tested here.
    private SsoConnection WithSecret(SsoConnection? before, SsoConnection wanted, Optional<string?> secret)
    {
        var moved = before is not null && (before.Issuer != wanted.Issuer || before.ClientId != wanted.ClientId);
        if (moved && before!.ClientSecret is not null && !secret.IsSet)
            throw ApiProblem.Invalid("client_secret", "Is required with another issuer or client.").AsException();
        var text = secret.IsSet ? secret.Value : null;
        var kept = before is not null && !moved && !secret.IsSet && before.AllowPrivateNetwork == wanted.AllowPrivateNetwork && before.ConsoleUrl == wanted.ConsoleUrl
            && before.Scopes.SequenceEqual(wanted.Scopes);
        return wanted with
        {
            ClientSecret = !secret.IsSet ? before?.ClientSecret : text is null ? null : vault.Seal(text, SsoConnection.SecretCell(wanted.Id)),
            Active = before is { Active: true } && !moved,
            TestedAt = kept ? before!.TestedAt : null,
        };
    }

    private static async Task<(Guid? DefaultRole, IReadOnlyList<SsoGrant> Mappings)> ResolveAsync(
        NpgsqlTransaction transaction, GrantChange change, Guid org, PutSso body, CancellationToken cancellationToken)
    {
        var roles = await UserStore.RolesAsync(transaction, org, cancellationToken);
        var errors = new FieldErrors();
        var mappings = new List<SsoGrant>();
        errors.Require(body.DefaultRole is null || roles.ContainsKey(body.DefaultRole), "default_role", "There is no such role.");
        foreach (var (mapping, i) in (body.Mappings ?? []).Select(static (m, i) => (m, i)))
        {
            (Guid Id, Policy Policy) role = default;
            errors.Require(mapping.Role is null || roles.TryGetValue(mapping.Role, out role), $"mappings[{i}].role", "There is no such role.");
            errors.Require(mapping.TeamId is not { } team || await TeamStore.ExistsAsync(transaction, org, team, cancellationToken), $"mappings[{i}].team_id", "There is no such team.");
            if (role.Policy is not null && Grants.Of(role.Policy, mapping.TeamId).Beyond(change.Mine) is [var missing, ..])
                errors.Add($"mappings[{i}].role", $"The role {mapping.Role} holds {missing}, which you do not.");
            mappings.Add(new SsoGrant(mapping.Group!.Trim(), mapping.Role is null ? null : role.Id, mapping.Role, null, mapping.TeamId));
        }

        errors.ThrowIfAny();
        return (body.DefaultRole is null ? null : roles[body.DefaultRole].Id, mappings);
    }

    private static async Task RequireWithinAsync(NpgsqlTransaction transaction, GrantChange change, SsoConnection? row, CancellationToken cancellationToken)
    {
        if (row is null)
            return;
        if (row.DefaultRoleId is { } id && await RoleStore.FindAsync(transaction.Connection!, row.OrgId, id, transaction, cancellationToken) is { } role)
            change.RequireWithin(Grants.Of(role.Policy), $"The default role {role.Name}");
        foreach (var grant in (await SsoStore.GrantsAsync(transaction.Connection!, row.Id, transaction, cancellationToken)).Where(g => g.Policy is not null))
            change.RequireWithin(Grants.Of(Policy.Parse(grant.Policy!), grant.TeamId), $"The role {grant.Role} of the mapping");
    }
}
