namespace Aspire.Hosting.Running;

/// <summary>How long to wait before a crashed process is started again: 250 ms, doubling to 10 s, from the start again after 30 s of life.</summary>
internal sealed class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan LongLife = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    public TimeSpan After(TimeSpan life)
    {
        if (life >= LongLife)
            _next = First;
        var delay = _next;
        _next = delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
