using System.Text.Json;
using Dapper;
using Npgsql;

namespace ThinkWatch.Limits.Notifications;

/// <summary>
/// Something that people should hear of. <paramref name="Slot"/> happens once in an organisation. <paramref name="Details"/>: JSON.
/// <paramref name="Addressed"/>: whom it concerns is known, which are the owner and the teams; else it is still to be asked.
/// </summary>
internal sealed record Notification(
    Guid Id, Guid OrgId, DateTimeOffset CreatedAt, string Type, string SubjectKind, string SubjectId, string SubjectName, JsonElement Details, string Slot,
    bool Addressed, Guid? OwnerId, IReadOnlyList<Guid> TeamIds)
{
    public const string BudgetThreshold = "budget.threshold_crossed";

    /// <summary>Of keys; what follows is identity's word for it.</summary>
    public const string KeyPrefix = "api_key.";

    /// <summary>False: it was there before.</summary>
    public static async Task<bool> InsertAsync(NpgsqlTransaction transaction, Notification notification, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO notifications (id, org_id, created_at, type, subject_kind, subject_id, subject_name, details, slot, addressed, owner_id, team_ids, webhook_due_at)
            VALUES (@Id, @OrgId, @CreatedAt, @Type, @SubjectKind, @SubjectId, @SubjectName, @Details::jsonb, @Slot, @Addressed, @OwnerId, @TeamIds,
                CASE WHEN @Addressed AND EXISTS (SELECT FROM webhooks WHERE org_id = @OrgId AND enabled) THEN now() END)
            ON CONFLICT (org_id, slot) DO NOTHING
            """;
        var row = new
        {
            notification.Id,
            notification.OrgId,
            CreatedAt = notification.CreatedAt.UtcDateTime,
            notification.Type,
            notification.SubjectKind,
            notification.SubjectId,
            notification.SubjectName,
            Details = notification.Details.GetRawText(),
            notification.Slot,
            notification.Addressed,
            notification.OwnerId,
            TeamIds = notification.TeamIds.ToArray(),
        };
        return await transaction.Connection!.ExecuteAsync(new CommandDefinition(sql, row, transaction, cancellationToken: cancellationToken)) == 1;
    }
}
