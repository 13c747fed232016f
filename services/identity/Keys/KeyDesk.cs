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
        await RefuseEphemeralAsync(caller, cancellationToken);
        var owner = await OwnerAsync(caller, body.UserId, cancellationToken);
        var errors = new FieldErrors();
        KeyRules.CheckName(errors, body.Name);
        KeyRules.CheckSurfaces(errors, body.Surfaces, owner);
        KeyRules.CheckPatterns(errors, "allowed_models", body.AllowedModels);
        KeyRules.CheckPatterns(errors, "allowed_mcp_tools", body.AllowedMcpTools);
        KeyRules.CheckLabels(errors, body.Tags, body.CostCenter);
        KeyRules.CheckDays(errors, body.ExpiresInDays.Or(null));
        KeyRules.CheckWithin(errors, caller, body.Surfaces, body.AllowedModels, body.AllowedMcpTools);
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
            ExpiresAt = ExpiryIn(body.ExpiresInDays.Or(settings.Get(SettingsRegistry.ApiKeys.DefaultExpiryDays))),
            CreatedBy = Guid.Parse(caller.UserId),
        };
        return await database.InTransactionAsync((transaction, token) => IssueAsync(http, transaction, key, "api_key.create", token), cancellationToken);
    }

    /// <summary>A key for fifteen minutes with what the caller has, never more and never longer.</summary>
    public async Task<IssuedKey> CreateEphemeralAsync(HttpContext http, CreateEphemeralKey? body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        await RefuseEphemeralAsync(caller, cancellationToken);
        await OwnerAsync(caller, userId: null, cancellationToken);
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
            Surfaces = [.. surfaces.Distinct()],
            AllowedModels = caller.KeyModels?.Items.ToArray(),
            AllowedMcpTools = caller.KeyMcpTools?.Items.ToArray(),
            CostCenter = caller.CostCenter,
            Tags = [.. caller.Tags],
            Ephemeral = true,
            ExpiresAt = caller.KeyId.Length > 0 && caller.ExpiresAtUnixMs > 0 && callerEnds < ends ? callerEnds : ends,
            CreatedBy = Guid.Parse(caller.UserId),
        };
        return await database.InTransactionAsync((transaction, token) => IssueAsync(http, transaction, key, "api_key.create_ephemeral", token), cancellationToken);
    }

    public Task<KeyView> UpdateAsync(HttpContext http, Guid id, PatchKey body, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var key = await LockAsync(http, transaction, id, token);
            http.RequireMatch(key.Version);
            var owner = await PrincipalOfAsync(key.UserId, token);
            var changed = Patch(key, body, owner, http.Caller());
            await KeyStore.UpdateAsync(transaction, changed, token);
            var after = (await KeyStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, token))!;
            await AuditOutbox.AppendAsync(transaction, http.Audit("api_key.update", Resource, id.ToString(), key, after), token);
            await IdentityChanges.AppendKeyAsync(transaction, id, key.KeySha256, token);
            return after;
        },
        cancellationToken);

    /// <summary>A new secret in the same lineage; the old one works until the grace period ends.</summary>
    public async Task<IssuedKey> RotateAsync(HttpContext http, Guid id, RotateKey? body, CancellationToken cancellationToken)
    {
        const int longest = 90 * 86_400;
        if (body?.GracePeriodSecs is < 0 or > longest)
            throw ApiProblem.Invalid("grace_period_secs", $"Must be from 0 to {longest}.").AsException();
        var grace = body?.GracePeriodSecs is { } secs ? TimeSpan.FromSeconds(secs) : TimeSpan.FromHours(settings.Get(SettingsRegistry.ApiKeys.RotationGracePeriodHours));
        return await database.InTransactionAsync(
            async (transaction, token) =>
            {
                var old = await LockAsync(http, transaction, id, token);
                http.RequireMatch(old.Version);
                if (old.Status == "revoked" || old.ReplacedBy is not null || old.Ephemeral)
                    throw ApiProblem.Conflict("A revoked, temporary or already rotated key cannot be rotated.").AsException();
                KeyRules.RequireCovers(http.Caller(), await PrincipalOfAsync(old.UserId, token));
                var next = Successor(old, http.Caller());
                var issued = await IssueAsync(http, transaction, next, "api_key.rotate", token, old);
                var ends = time.GetUtcNow() + grace;
                await KeyStore.UpdateAsync(transaction, old with { ReplacedBy = next.Id, ExpiresAt = old.ExpiresAt < ends ? old.ExpiresAt : ends }, token);
                await IdentityChanges.AppendKeyAsync(transaction, old.Id, old.KeySha256, token);
                return issued;
            },
            cancellationToken);
    }

    public Task RevokeAsync(HttpContext http, Guid id, string? reason, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var key = await LockAsync(http, transaction, id, token);
            http.RequireMatch(key.Version);
            var dead = await KeyStore.RevokeAsync(transaction, key, reason is { Length: > 500 } ? reason[..500] : reason, token);
            if (dead.Count == 0)
                return;
            await AuditOutbox.AppendAsync(transaction, http.Audit("api_key.revoke", Resource, id.ToString(), key, new { reason }), token);
            foreach (var (deadId, hash) in dead)
                await IdentityChanges.AppendKeyAsync(transaction, deadId, hash, token);
        },
        cancellationToken);

    public async Task<KeyView> ReadAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return Visible(http.Caller(), await KeyStore.FindAsync(connection, http.Caller().OrgId(), id, null, cancellationToken));
    }

    public async Task<Page<KeyView>> ListAsync(HttpContext http, bool mine, string? status, ListQuery query, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        if (status is not (null or "" or "active" or "expired" or "revoked"))
            throw ApiProblem.Invalid("status", "Must be active, expired or revoked.").AsException();
        Guid? owner = !mine && caller.Holds("keys:admin") ? null : Guid.Parse(caller.UserId);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await KeyStore.ListAsync(connection, caller.OrgId(), owner, string.IsNullOrEmpty(status) ? null : status, query, cancellationToken);
    }

    private KeyView Patch(KeyView key, PatchKey body, Principal owner, Principal caller)
    {
        var errors = new FieldErrors();
        if (key.Status == "revoked" || key.Ephemeral)
            throw ApiProblem.Conflict("A revoked or temporary key cannot be changed.").AsException();
        if (body.Name.IsSet)
            KeyRules.CheckName(errors, body.Name.Value);
        if (body.Surfaces.IsSet)
            KeyRules.CheckSurfaces(errors, body.Surfaces.Value, owner);
        KeyRules.CheckPatterns(errors, "allowed_models", body.AllowedModels.Or(null));
        KeyRules.CheckPatterns(errors, "allowed_mcp_tools", body.AllowedMcpTools.Or(null));
        KeyRules.CheckLabels(errors, body.Tags.Or(null), body.CostCenter.Or(null));
        KeyRules.CheckDays(errors, body.ExpiresInDays.Or(null));
        KeyRules.CheckWithin(errors, caller, body.Surfaces.Or(null),
            body.AllowedModels.IsSet ? body.AllowedModels.Value : caller.KeyModels?.Items.ToArray(),
            body.AllowedMcpTools.IsSet ? body.AllowedMcpTools.Value : caller.KeyMcpTools?.Items.ToArray());
        errors.Require(body.ExpiresAt.Or(null) is not { } at || at > time.GetUtcNow(), "expires_at", "Must be in the future. Revoke the key to end it now.");
        errors.ThrowIfAny();
        return key with
        {
            Name = body.Name.Or(key.Name)!.Trim(),
            Surfaces = [.. body.Surfaces.Or(key.Surfaces)!.Distinct()],
            AllowedModels = body.AllowedModels.Or(key.AllowedModels),
            AllowedMcpTools = body.AllowedMcpTools.Or(key.AllowedMcpTools),
            Tags = body.Tags.Or(key.Tags) ?? [],
            CostCenter = body.CostCenter.Or(key.CostCenter) ?? "",
            ExpiresAt = body.ExpiresInDays.IsSet ? ExpiryIn(body.ExpiresInDays.Value) : body.ExpiresAt.Or(key.ExpiresAt),
        };
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

    private static async Task<KeyView> LockAsync(HttpContext http, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        Visible(http.Caller(), await KeyStore.FindAsync(transaction.Connection!, http.Caller().OrgId(), id, transaction, cancellationToken));

    private static KeyView Visible(Principal caller, KeyView? key) =>
        key is not null && (key.UserId.ToString() == caller.UserId || caller.Holds("keys:admin")) ? key : throw ApiProblem.NotFound("key").AsException();

    private async Task<Principal> OwnerAsync(Principal caller, Guid? userId, CancellationToken cancellationToken)
    {
        var id = userId ?? Guid.Parse(caller.UserId);
        if (id.ToString() != caller.UserId)
            caller.MustHold("keys:admin");
        var owner = (await principals.ReadUserAsync(id, cancellationToken)).Principal;
        if (owner is null || owner.OrgId != caller.OrgId)
            throw ApiProblem.Invalid("user_id", "There is no such active user.").AsException();
        KeyRules.RequireCovers(caller, owner);
        return owner;
    }

    private async Task<Principal> PrincipalOfAsync(Guid userId, CancellationToken cancellationToken) =>
        (await principals.ReadUserAsync(userId, cancellationToken)).Principal ?? throw ApiProblem.Conflict("The owner of this key is disabled.").AsException();

    // Otherwise fifteen minutes could be renewed for ever.
    private async Task RefuseEphemeralAsync(Principal caller, CancellationToken cancellationToken)
    {
        if (caller.KeyId.Length == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await KeyStore.FindAsync(connection, caller.OrgId(), Guid.Parse(caller.KeyId), null, cancellationToken) is { Ephemeral: true })
            throw ApiProblem.Forbidden("A temporary key cannot make keys.").AsException();
    }

    private DateTimeOffset? ExpiryIn(int? days) => days is null or 0 ? null : time.GetUtcNow().AddDays(days.Value);
}
