using Grpc.Core;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;
using ThinkWatch.Settings;

namespace ThinkWatch.Limits.Rules;

/// <summary>Whom a limit is about: the id that rules and counters use, and, of a user, what else counts for them.</summary>
internal sealed record Subject(string Kind, string Id)
{
    public IReadOnlyList<string> RoleIds { get; init; } = [];

    /// <summary>Those that a user is in, or a key is of; of a team itself.</summary>
    public IReadOnlyList<string> TeamIds { get; init; } = [];

    /// <summary>The user themselves, or a key's owner; empty when it belongs to nobody.</summary>
    public string OwnerId { get; init; } = "";
}

/// <summary>
/// Finds who a limit is about. Users, keys, teams and roles are identity's: it alone knows which there are and which lineage a key is of. Providers and models
/// are the catalog's. Rules are kept under the caller's organisation, so that an id of another one's never meets a call.
/// </summary>
internal sealed class SubjectResolver(Identity.IdentityClient identity, CatalogFeed catalog, TimeProvider time)
{
    private const int LongestId = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <exception cref="ApiProblemException">404 when the caller's organisation has no such subject, 503 when identity does not answer.</exception>
    public async Task<Subject> ResolveAsync(HttpContext http, string kind, string id, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId;
        return kind switch
        {
            Subjects.User or Subjects.ApiKey or Subjects.Team or Subjects.Role => await AskIdentityAsync(orgId, kind, id, cancellationToken),
            Subjects.McpServer => Guid.TryParse(id, out var known) ? new Subject(kind, known.ToString()) : throw Missing(kind),
            Subjects.Organization => string.Equals(id, orgId, StringComparison.OrdinalIgnoreCase) ? new Subject(kind, orgId) : throw Missing(kind),
            Subjects.Provider => new Subject(kind, ProviderOf(orgId, id) ?? throw Missing(kind)),
            Subjects.Model => new Subject(kind, ModelOf(orgId, id) ?? throw Missing(kind)),
            Subjects.McpTool => id.Length <= LongestId ? new Subject(kind, id) : throw Missing(kind),
            _ => throw ApiProblem.NotFound($"kind of subject; there are: {string.Join(", ", Subjects.Kinds.Order())}").AsException(),
        };
    }

    private static ApiProblemException Missing(string kind) => ApiProblem.NotFound(kind).AsException();

    private string? ProviderOf(string orgId, string id) =>
        catalog.Current.Providers.FirstOrDefault(p => p.OrgId == orgId && (string.Equals(p.Id, id, StringComparison.OrdinalIgnoreCase) || p.Name == id))?.Id;

    /// <summary>Calls say what they ask for by its name.</summary>
    private string? ModelOf(string orgId, string id) =>
        catalog.Current.Models.FirstOrDefault(m => m.OrgId == orgId && (m.ModelId == id || string.Equals(m.Id, id, StringComparison.OrdinalIgnoreCase)))?.ModelId;

    private async Task<Subject> AskIdentityAsync(string orgId, string kind, string id, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await identity.ResolveSubjectAsync(
                new ResolveSubjectRequest { OrgId = orgId, Kind = kind, Id = id },
                deadline: (time.GetUtcNow() + Deadline).UtcDateTime,
                cancellationToken: cancellationToken);
            return reply.Found ? new Subject(kind, reply.Id) { RoleIds = reply.RoleIds, TeamIds = reply.TeamIds, OwnerId = reply.OwnerId } : throw Missing(kind);
        }
        catch (RpcException)
        {
            throw ApiProblem.Unavailable("The identity service does not answer, so nobody knows whom the limit would be about.").AsException();
        }
    }
}
