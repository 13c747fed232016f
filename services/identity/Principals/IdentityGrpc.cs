using Grpc.Core;
using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Keys;

namespace ThinkWatch.Identity.Principals;

/// <summary>The wire that gateways and management services ask. A store that is away is UNAVAILABLE, never "unknown key".</summary>
internal sealed class IdentityGrpc(PrincipalAuthenticator authenticator, SubjectFinder subjects, SubjectDescriber descriptions, KeyNoticeLog notices, ChangeFeed feed) : Contracts.Identity.Identity.IdentityBase
{
    public override Task<AuthenticateReply> Authenticate(AuthenticateRequest request, ServerCallContext context) =>
        AnswerAsync(() => authenticator.AuthenticateKeyAsync(request.KeySha256.ToByteArray(), request.ClientIp, context.CancellationToken));

    public override Task<AuthenticateReply> AuthenticateSession(AuthenticateSessionRequest request, ServerCallContext context) =>
        AnswerAsync(() => authenticator.AuthenticateSessionAsync(request.AccessToken, request.ClientIp, context.CancellationToken));

    public override Task<ResolveSubjectReply> ResolveSubject(ResolveSubjectRequest request, ServerCallContext context) =>
        AnswerAsync(() => subjects.FindAsync(request, context.CancellationToken));

    public override Task<SubjectDescription> DescribeSubject(ResolveSubjectRequest request, ServerCallContext context) =>
        AnswerAsync(() => descriptions.DescribeAsync(request, context.CancellationToken));

    public override Task<KeyNoticesReply> KeyNotices(KeyNoticesRequest request, ServerCallContext context) =>
        AnswerAsync(() => notices.ReadAsync(request, context.CancellationToken));

    public override async Task Watch(WatchRequest request, IServerStreamWriter<IdentityEvent> responseStream, ServerCallContext context)
    {
        await foreach (var batch in feed.ReadAsync((long)request.AfterSequence, context.CancellationToken))
        {
            foreach (var change in batch.Changes)
            {
                var message = IdentityEvent.Parser.ParseFrom(change.Payload.Span);
                message.Sequence = (ulong)change.Sequence;
                await responseStream.WriteAsync(message, context.CancellationToken);
            }

            if (batch.Reset)
                await responseStream.WriteAsync(new IdentityEvent { Sequence = (ulong)batch.Sequence, Reset = new Reset() }, context.CancellationToken);
            else if (batch.Changes.Count == 0)
                await responseStream.WriteAsync(new IdentityEvent { Sequence = (ulong)batch.Sequence, Heartbeat = new Heartbeat() }, context.CancellationToken);
        }
    }

    private static async Task<T> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "a store of the identity service does not answer"));
        }
    }
}
