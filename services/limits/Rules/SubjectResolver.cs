using Grpc.Core;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Rules;

/// <summary>Finds who a rule is about. Users and keys are identity's: it alone knows which there are and which lineage a key is of.</summary>
internal sealed class SubjectResolver(Identity.IdentityClient identity, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>The id that rules and counters use.</summary>
    /// <exception cref="ApiProblemException">404 when the caller's organisation has no such subject, 503 when identity does not answer.</exception>
    public async Task<string> ResolveAsync(HttpContext http, string kind, string id, CancellationToken cancellationToken)
    {
        if (!Subjects.Kinds.Contains(kind)) throw ApiProblem.NotFound("kind of subject; there are: api_key, mcp_server, mcp_tool, model, organization, provider, role, team, user").AsException();
        try
        {
            var reply = await identity.ResolveSubjectAsync(
                new ResolveSubjectRequest { OrgId = http.Caller().OrgId, Kind = kind, Id = id },
                deadline: (time.GetUtcNow() + Deadline).UtcDateTime,
                cancellationToken: cancellationToken);
            return reply.Found ? reply.Id : throw ApiProblem.NotFound(kind).AsException();
        }
        catch (RpcException)
        {
            throw ApiProblem.Unavailable("The identity service does not answer, so nobody knows whom the rule would be about.").AsException();
        }
    }
}
