using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Principals;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Keys;

/// <summary>What can be done with keys. Each change, its audit row and what watchers hear of it are one transaction.</summary>
internal sealed class KeyDesk(NpgsqlDataSource database, PrincipalReader principals, ISettings settings, TimeProvider time)
{
    public static readonly TimeSpan EphemeralLifetime = TimeSpan.FromMinutes(15);

    private const string Resource = "api_key";

    public async Task<IssuedKey> CreateAsync(HttpContext http, CreateKey body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var maker = await MakerAsync(caller, cancellationToken);
        var owner = await OwnerAsync(caller, body.UserId, body.TeamId, body.AllowedModels, body.AllowedMcpTools, cancellationToken);
        var errors = new FieldErrors();
        KeyRules.CheckSchedule(errors, body.IpAllowlist, body.RotationPeriodDays, body.InactivityTimeoutDays, body.GracePeriodHours, body.CacheScope);
        KeyRules.CheckWithinRoles(errors, owner, body.AllowedModels, body.AllowedMcpTools);
        KeyRules.CheckName(errors, body.Name);
        KeyRules.CheckSurfaces(errors, body.Surfaces, owner);
        KeyRules.CheckPatterns(errors, "allowed_models", body.AllowedModels);
        KeyRules.CheckPatterns(errors, "allowed_mcp_tools", body.AllowedMcpTools);
        KeyRules.CheckLabels(errors, body.Tags, body.CostCenter);
        KeyRules.CheckDays(errors, body.ExpiresInDays.Or(null));
        KeyRules.CheckWithin(errors, caller, body.Surfaces, body.AllowedModels, body.AllowedMcpTools);
        errors.Require(maker is null || body.IpAllowlist is null || AddressList.Covers(maker.IpAllowlist, body.IpAllowlist),
            "ip_allowlist", "The key that makes this request may not be used from all of these addresses itself.");
        errors.Require(body.TeamId is null || owner.Teams.Any(t => t.Id == body.TeamId.ToString()), "team_id", "The owner is not a member of such a team.");
        errors.ThrowIfAny();

        var id = Guid.CreateVersion7();
        var key = new NewKey(owner.OrgId(), Guid.Parse(owner.UserId), body.Name!.Trim(), KeySecret.Generate())
        {
            Id = id,
            LineageId = id,
            TeamId = body.TeamId,
            Surfaces = [.. body.Surfaces!.Distinct()],
            AllowedModels = body.AllowedModels,
            AllowedMcpTools = body.AllowedMcpTools,
            CostCenter = body.CostCenter ?? "",
            Tags = body.Tags ?? [],
            IpAllowlist = body.IpAllowlist ?? maker?.IpAllowlist ?? [],
            RotationPeriodDays = body.RotationPeriodDays,
            InactivityTimeoutDays = body.InactivityTimeoutDays,
            GracePeriodHours = body.GracePeriodHours,
            CaptureDisabled = body.CaptureDisabled ?? false,
            CacheScope = body.CacheScope ?? "",
            ExpiresAt = KeyPatch.ExpiryIn(body.ExpiresInDays.Or(settings.Get(SettingsRegistry.ApiKeys.DefaultExpiryDays)), time.GetUtcNow()),
            CreatedBy = Guid.Parse(caller.UserId),
        };
        return await database.InTransactionAsync((transaction, token) => IssueAsync(http, transaction, key, "api_key.create", token), cancellationToken);
    }

    /// <summary>A key for fifteen minutes with what the caller has, never more and never longer.</summary>
    public async Task<IssuedKey> CreateEphemeralAsync(HttpContext http, CreateEphemeralKey? body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var maker = await MakerAsync(caller, cancellationToken);
        var team = caller.KeyTeamId.Length > 0 ? Guid.Parse(caller.KeyTeamId) : (Guid?)null;
        await OwnerAsync(caller, userId: null, team, null, null, cancellationToken);
        var surfaces = body?.Surfaces ?? [.. caller.Surfaces];
        var errors = new FieldErrors();
        KeyRules.CheckSurfaces(errors, surfaces, caller);
        KeyRules.CheckWithin(errors, caller, surfaces, caller.KeyModels?.Items.ToArray(), caller.KeyMcpTools?.Items.ToArray());
        errors.ThrowIfAny();

        var id = Guid.CreateVersion7();
        var ends = time.GetUtcNow() + EphemeralLifetime;
        var callerEnds = DateTimeOffset.FromUnixTimeMilliseconds(caller.ExpiresAtUnixMs);
        var key = new NewKey(caller.OrgId(), Guid.Parse(caller.UserId), "Temporary key", KeySecret.Generate())
        {
            Id = id,
            // Of a key: the same lineage, so that its limits and its end are this one's too.
            LineageId = caller.KeyId.Length > 0 ? Guid.Parse(caller.KeyLineageId) : id,
            TeamId = team,
            Surfaces = [.. surfaces.Distinct()],
            AllowedModels = caller.KeyModels?.Items.ToArray(),
            AllowedMcpTools = caller.KeyMcpTools?.Items.ToArray(),
            CostCenter = caller.CostCenter,
            Tags = [.. caller.Tags],
            IpAllowlist = maker?.IpAllowlist ?? [],
            CaptureDisabled = maker?.CaptureDisabled ?? false,
            CacheScope = maker?.CacheScope ?? "",
            Ephemeral = true,
            ExpiresAt = caller.KeyId.Length > 0 && caller.ExpiresAtUnixMs > 0 && callerEnds < ends ? callerEnds : ends,
            CreatedBy = Guid.Parse(caller.UserId),
        };
        return await database.InTransactionAsync((transaction, token) => IssueAsync(http, transaction, key, "api_key.create_ephemeral", token), cancellationToken);
    }

    public Task<KeyView> UpdateAsync(HttpContext http, Guid id, PatchKey body, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var key = await LockAsync(http, transaction, id, "keys:update", token);
            http.RequireMatch(key.Version);
            var owner = await PrincipalOfAsync(key, token);
            KeyRules.RequireCovers(await SelfAsync(http.Caller(), key.TeamId, token), owner);
            var changed = KeyPatch.Apply(key, body, owner, http.Caller(), time.GetUtcNow());
            await KeyStore.UpdateAsync(transaction, changed, token);
            var after = (await KeyStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, token))!;
            await AuditOutbox.AppendAsync(transaction, http.Audit("api_key.update", Resource, id.ToString(), key, after), token);
            await IdentityChanges.AppendKeyAsync(transaction, id, key.KeySha256, token);
            return after;
        },
        cancellationToken);

    /// <summary>A new secret in the same lineage; the old one works until the grace period ends.</summary>
    public Task<IssuedKey> RotateAsync(HttpContext http, Guid id, RotateKey? body, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var old = await LockAsync(http, transaction, id, "keys:rotate", token);
            var (self, owner) = (await SelfAsync(http.Caller(), old.TeamId, token), await PrincipalOfAsync(old, token));
            KeyRules.RequireCovers(self, owner);
            KeyRules.RequireCoversNames(self, owner, old.AllowedModels, old.AllowedMcpTools);
            KeyRules.RequireWithin(http.Caller(), old);
            return await RotateAsync(http, transaction, old, body, token);
        },
        cancellationToken);

    /// <summary>The key that makes the request gets its successor.</summary>
    public Task<IssuedKey> RotateSelfAsync(HttpContext http, RotateKey? body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        if (caller.KeyId.Length == 0)
            throw ApiProblem.Unprocessable("A session is no key. Rotate a key by its id.").AsException();
        return database.InTransactionAsync(
            async (transaction, token) =>
            {
                var old = await KeyStore.FindAsync(transaction.Connection!, caller.OrgId(), Guid.Parse(caller.KeyId), transaction, token);
                return await RotateAsync(http, transaction, old ?? throw ApiProblem.NotFound("key").AsException(), body, token);
            },
            cancellationToken);
    }

    private async Task<IssuedKey> RotateAsync(HttpContext http, NpgsqlTransaction transaction, KeyView old, RotateKey? body, CancellationToken cancellationToken)
    {
        const int longest = 90 * 86_400;
        if (body?.GracePeriodSecs is < 0 or > longest)
            throw ApiProblem.Invalid("grace_period_secs", $"Must be from 0 to {longest}.").AsException();
        http.RequireMatch(old.Version);
        if (old.Status == "revoked" || old.ReplacedBy is not null || old.Ephemeral)
            throw ApiProblem.Conflict("A revoked, temporary or already rotated key cannot be rotated.").AsException();
        var next = Successor(old, http.Caller());
        var issued = await IssueAsync(http, transaction, next, "api_key.rotate", cancellationToken, old);
        var grace = body?.GracePeriodSecs is { } secs ? TimeSpan.FromSeconds(secs)
            : TimeSpan.FromHours(old.GracePeriodHours ?? settings.Get(SettingsRegistry.ApiKeys.RotationGracePeriodHours));
        var ends = time.GetUtcNow() + grace;
        await KeyStore.UpdateAsync(
            transaction, old with { ReplacedBy = next.Id, RotationDueAt = null, ExpiresAt = old.ExpiresAt < ends ? old.ExpiresAt : ends }, cancellationToken);
        await IdentityChanges.AppendKeyAsync(transaction, old.Id, old.KeySha256, cancellationToken);
        return issued;
    }

    public Task RevokeAsync(HttpContext http, Guid id, string? reason, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var key = await LockAsync(http, transaction, id, "keys:delete", token);
            await RevokeAsync(http, transaction, key, reason, lineage: false, "api_key.revoke", token);
        },
        cancellationToken);

    /// <summary>Ends every key of the lineage, those in their grace period too.</summary>
    public Task ForceRevokeAsync(HttpContext http, Guid id, ForceRevoke body, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            new FieldErrors().Require(!string.IsNullOrWhiteSpace(body.Reason) && body.Reason.Length <= 500, "reason", "Must have 1 to 500 characters.").ThrowIfAny();
            var key = await KeyStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, token);
            if (key is null || !http.Caller().Reach("keys:admin").Covers(key.TeamId))
                throw ApiProblem.NotFound("key").AsException();
            await RevokeAsync(http, transaction, key, body.Reason!.Trim(), lineage: true, "api_key.force_revoke", token);
        },
        cancellationToken);

    private static async Task RevokeAsync(
        HttpContext http, NpgsqlTransaction transaction, KeyView key, string? reason, bool lineage, string action, CancellationToken cancellationToken)
    {
        http.RequireMatch(key.Version);
        var dead = await KeyStore.RevokeAsync(transaction, key, reason is { Length: > 500 } ? reason[..500] : reason, lineage, cancellationToken);
        if (dead.Count == 0)
            return;
        await AuditOutbox.AppendAsync(transaction, http.Audit(action, Resource, key.Id.ToString(), key, new { reason, keys_ended = dead.Count }), cancellationToken);
        foreach (var (deadId, hash) in dead)
            await IdentityChanges.AppendKeyAsync(transaction, deadId, hash, cancellationToken);
    }

    public async Task<KeyView> ReadAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return Visible(http.Caller(), await KeyStore.FindAsync(connection, http.Caller().OrgId(), id, null, cancellationToken), "keys:read");
    }

    public async Task<Page<KeyView>> ListAsync(HttpContext http, KeyFilter filter, ListQuery query, CancellationToken cancellationToken)
    {
        if (filter.Status is not (null or "active" or "rotation_due" or "expired" or "disabled" or "revoked"))
            throw ApiProblem.Invalid("status", "Must be active, rotation_due, expired, disabled or revoked.").AsException();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await KeyStore.ListAsync(connection, http.Caller(), filter, query, cancellationToken);
    }

    private static NewKey Successor(KeyView old, Principal caller) => new(caller.OrgId(), old.UserId, old.Name, KeySecret.Generate())
    {
        LineageId = old.LineageId,
        TeamId = old.TeamId,
        Surfaces = old.Surfaces,
        AllowedModels = old.AllowedModels,
        AllowedMcpTools = old.AllowedMcpTools,
        CostCenter = old.CostCenter,
        Tags = old.Tags,
        IpAllowlist = old.IpAllowlist,
        RotationPeriodDays = old.RotationPeriodDays,
        InactivityTimeoutDays = old.InactivityTimeoutDays,
        GracePeriodHours = old.GracePeriodHours,
        CaptureDisabled = old.CaptureDisabled,
        CacheScope = old.CacheScope,
        ExpiresAt = old.ExpiresAt,
        CreatedBy = Guid.Parse(caller.UserId),
    };

    private static async Task<IssuedKey> IssueAsync(
        HttpContext http, NpgsqlTransaction transaction, NewKey key, string action, CancellationToken cancellationToken, KeyView? before = null)
    {
        await KeyStore.InsertAsync(transaction, key, cancellationToken);
        var view = (await KeyStore.FindAsync(transaction.Connection!, key.OrgId, key.Id, transaction, cancellationToken))!;
        await AuditOutbox.AppendAsync(transaction, http.Audit(action, Resource, key.Id.ToString(), before, view), cancellationToken);
        await IdentityChanges.AppendKeyAsync(transaction, key.Id, key.KeySha256, cancellationToken);
        return new IssuedKey(view, key.Secret);
    }

    private static async Task<KeyView> LockAsync(HttpContext http, NpgsqlTransaction transaction, Guid id, string permission, CancellationToken cancellationToken) =>
        Visible(http.Caller(), await KeyStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, cancellationToken), permission);

    // One's own, where one holds the permission; another's, where one is in charge of keys.
    private static KeyView Visible(Principal caller, KeyView? key, string permission) =>
        key is not null && ((key.UserId.ToString() == caller.UserId && (caller.Reach(permission).Covers(key.TeamId) || caller.Holds(permission)))
            || (caller.Reach("keys:admin").Covers(key.TeamId) && caller.Reach(permission).Any))
            ? key
            : throw ApiProblem.NotFound("key").AsException();

    private async Task<Principal> OwnerAsync(Principal caller, Guid? userId, Guid? team, string[]? models, string[]? tools, CancellationToken cancellationToken)
    {
        var id = userId ?? Guid.Parse(caller.UserId);
        caller.MustHoldIn(id.ToString() == caller.UserId ? "keys:create" : "keys:admin", team);
        var owner = (await principals.ReadUserAsync(id, cancellationToken, team: team)).Principal;
        if (owner is null || owner.OrgId != caller.OrgId)
            throw ApiProblem.Invalid("user_id", "There is no such active user.").AsException();
        if (owner.UserId == caller.UserId)
            return owner;
        var self = await SelfAsync(caller, team, cancellationToken);
        KeyRules.RequireCovers(self, owner);
        KeyRules.RequireCoversNames(self, owner, models, tools);
        return owner;
    }

    /// <summary>What the caller has where the key is to be: their part in its team counts.</summary>
    private async Task<Principal> SelfAsync(Principal caller, Guid? team, CancellationToken cancellationToken) =>
        (await principals.ReadUserAsync(Guid.Parse(caller.UserId), cancellationToken, team: team)).Principal ?? throw ApiProblem.Unauthenticated().AsException();

    private async Task<Principal> PrincipalOfAsync(KeyView key, CancellationToken cancellationToken) =>
        (await principals.ReadUserAsync(key.UserId, cancellationToken, team: key.TeamId)).Principal ?? throw ApiProblem.Conflict("The owner of this key is disabled.").AsException();

    /// <summary>The key that makes the request, if one does; not a temporary one: fifteen minutes could be renewed for ever.</summary>
    private async Task<KeyView?> MakerAsync(Principal caller, CancellationToken cancellationToken)
    {
        if (caller.KeyId.Length == 0)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var maker = await KeyStore.FindAsync(connection, caller.OrgId(), Guid.Parse(caller.KeyId), null, cancellationToken);
        return maker is { Ephemeral: true } ? throw ApiProblem.Forbidden("A temporary key cannot make keys.").AsException() : maker;
    }
}
