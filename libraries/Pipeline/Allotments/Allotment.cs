using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline.Allotments;

/// <summary>Calls that limits has counted ahead. Belongs to one <see cref="AllottedKind"/>, under its lock.</summary>
/// <param name="Id">By which it is given back.</param>
/// <param name="Until">A timestamp: from then on rules may have changed, so it is not used any more.</param>
internal sealed class Allotment(string id, int calls, long until, Quota? requests)
{
    private static readonly CheckReply s_unlimited = new() { Allowed = true };

    public string Id => id;

    public int Left { get; private set; } = calls;

    public long Until => until;

    /// <summary>Limits has counted something: what is left of it is to be given back.</summary>
    public bool IsCounted => requests is not null;

    /// <summary>One of its calls, answered as limits would have.</summary>
    public CheckReply Take()
    {
        Left--;
        return requests is null
            ? s_unlimited
            : new CheckReply { Allowed = true, Requests = new Quota { Limit = requests.Limit, Remaining = requests.Remaining + Left, ResetMs = requests.ResetMs } };
    }
}

/// <summary>What goes back to limits: calls of an allotment that were not used.</summary>
internal sealed record Unused(string Id, string OrgId, int Calls)
{
    public int Attempts { get; set; }
}
