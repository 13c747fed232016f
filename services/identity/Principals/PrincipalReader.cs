using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Keys;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Principals;

/// <summary>Resolves a key hash or a user id to what they may do now: one query each, prepared by the driver.</summary>
internal sealed class PrincipalReader(NpgsqlDataSource database, PolicyCache policies, ISettings settings, TimeProvider time)
{
    private const string UserParts = """
        u.id, u.org_id, u.email, u.display_name, u.platform_admin,
        (u.status = 'active' AND u.deleted_at IS NULL AND o.disabled_at IS NULL) AS active,
        t.ids, t.names, r.ids, r.versions, r.policies, r.teams
        """;

    private const string UserJoins = """
        JOIN organizations o ON o.id = u.org_id
        LEFT JOIN LATERAL (
            SELECT array_agg(t.id ORDER BY t.name) AS ids, array_agg(t.name ORDER BY t.name) AS names
            FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = u.id AND t.deleted_at IS NULL) t ON true
        LEFT JOIN LATERAL (
            SELECT array_agg(r.id ORDER BY a.id) AS ids, array_agg(r.version ORDER BY a.id) AS versions, array_agg(r.policy::text ORDER BY a.id) AS policies,
                array_agg(a.team_id ORDER BY a.id) AS teams
            FROM role_assignments a JOIN roles r ON r.id = a.role_id LEFT JOIN teams t ON t.id = a.team_id
            WHERE a.user_id = u.id AND t.deleted_at IS NULL) r ON true
        """;

    private const string ByKey = $"""
        SELECT {UserParts}, k.id, k.lineage_id, k.name, k.surfaces, k.allowed_models, k.allowed_mcp_tools, k.cost_center, k.tags, k.expires_at,
            k.revoked_at IS NOT NULL, k.capture_disabled, k.cache_scope, k.team_id,
            k.disabled_at IS NOT NULL, k.ip_allowlist
        FROM api_keys k JOIN users u ON u.id = k.user_id {UserJoins} WHERE k.key_sha256 = $1
        """;

    private const string ByUser = $"SELECT {UserParts}, u.must_change_password, (u.totp_enabled_at IS NOT NULL OR u.password_hash IS NULL) FROM users u {UserJoins} WHERE u.id = $1";

    public async Task<AuthenticateReply> ReadKeyAsync(byte[] keySha256, string clientIp, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ByKey);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = keySha256 });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return new AuthenticateReply { Outcome = AuthOutcome.Unknown };
        var expiresAt = row.IsDBNull(20) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(20);
        if (row.GetBoolean(21))
            return new AuthenticateReply { Outcome = AuthOutcome.Revoked };
        if (expiresAt <= time.GetUtcNow())
            return new AuthenticateReply { Outcome = AuthOutcome.Expired };
        if (!row.GetBoolean(5) || row.GetBoolean(25))
            return new AuthenticateReply { Outcome = AuthOutcome.Disabled };
        if (!AddressList.Allows(row.GetFieldValue<string[]>(26), clientIp))
            return new AuthenticateReply { Outcome = AuthOutcome.AddressNotAllowed };

        var team = row.IsDBNull(24) ? (Guid?)null : row.GetGuid(24);
        var principal = ReadUserParts(row, team);
        principal.KeyId = row.GetGuid(12).ToString();
        principal.KeyLineageId = row.GetGuid(13).ToString();
        principal.KeyName = row.GetString(14);
        principal.KeyTeamId = team?.ToString() ?? "";
        principal.Surfaces.AddRange(row.GetFieldValue<string[]>(15).Where(s => Surfaces.IsUsable(s, principal.Permissions)));
        principal.KeyModels = ToList(row.IsDBNull(16) ? null : row.GetFieldValue<string[]>(16));
        principal.KeyMcpTools = ToList(row.IsDBNull(17) ? null : row.GetFieldValue<string[]>(17));
        principal.CostCenter = row.GetString(18);
        principal.Tags.AddRange(row.GetFieldValue<string[]>(19));
        principal.ExpiresAtUnixMs = expiresAt?.ToUnixTimeMilliseconds() ?? 0;
        principal.CaptureDisabled = row.GetBoolean(22);
        principal.CacheScope = row.GetString(23);
        return new AuthenticateReply { Outcome = AuthOutcome.Ok, Principal = principal };
    }

    /// <summary>The principal of a signed-in person: every surface that their roles allow, no key.</summary>
    /// <remarks>With <paramref name="signedIn"/>, whoever must change their password or enroll a second factor may do nothing else first (without a password that is the provider's part); with <paramref name="team"/>, as a key of that team.</remarks>
    public async Task<AuthenticateReply> ReadUserAsync(Guid userId, CancellationToken cancellationToken, bool signedIn = false, Guid? team = null)
    {
        await using var command = database.CreateCommand(ByUser);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return new AuthenticateReply { Outcome = AuthOutcome.Unknown };
        if (!row.GetBoolean(5))
            return new AuthenticateReply { Outcome = AuthOutcome.Disabled };
        var principal = ReadUserParts(row, team);
        if (signedIn && (row.GetBoolean(12) || (settings.Get(SettingsRegistry.Auth.TotpRequired) && !row.GetBoolean(13))))
        {
            principal.Permissions.Clear();
            principal.TeamGrants.Clear();
        }

        principal.Surfaces.AddRange(Surfaces.All.Where(s => Surfaces.IsUsable(s, principal.Permissions)));
        return new AuthenticateReply { Outcome = AuthOutcome.Ok, Principal = principal };
    }

    private Principal ReadUserParts(NpgsqlDataReader row, Guid? team)
    {
        var principal = new Principal
        {
            UserId = row.GetGuid(0).ToString(),
            OrgId = row.GetGuid(1).ToString(),
            UserEmail = row.GetString(2),
            UserDisplayName = row.GetString(3),
            PlatformAdmin = row.GetBoolean(4),
        };
        if (!row.IsDBNull(6))
        {
            var names = row.GetFieldValue<string[]>(7);
            principal.Teams.AddRange(row.GetFieldValue<Guid[]>(6).Select((id, i) => new TeamRef { Id = id.ToString(), Name = names[i] }));
        }

        var roles = ReadRoles(row);
        principal.Fill(policies.Resolve(roles), team);
        principal.RoleIds.AddRange(roles.Where(r => r.Team is null || r.Team == team).Select(r => r.Role.ToString()).Distinct());
        return principal;
    }

    private static List<AssignmentRow> ReadRoles(NpgsqlDataReader row)
    {
        if (row.IsDBNull(8))
            return [];
        var (versions, texts, teams) = (row.GetFieldValue<long[]>(9), row.GetFieldValue<string[]>(10), row.GetFieldValue<Guid?[]>(11));
        return [.. row.GetFieldValue<Guid[]>(8).Select((id, i) => new AssignmentRow(id, versions[i], texts[i], teams[i]))];
    }

    private static StringList? ToList(IReadOnlyList<string>? items) => items is null ? null : new StringList { Items = { items } };
}
