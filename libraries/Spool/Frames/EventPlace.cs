using ThinkWatch.Spool.Log;

namespace ThinkWatch.Spool.Frames;

/// <summary>Where one final event lies: two payloads of a call, or one of an event that never was a call (<see cref="Started"/> empty).</summary>
/// <param name="Day">UTC day number of created_at.</param>
/// <param name="Ticket">Of a call whose settlement had no answer when it was completed: whether it has one now.</param>
internal readonly record struct EventPlace(ulong Sequence, RecordPlace Started, RecordPlace Final, int Day, bool StartIsLost, SpoolTicket? Ticket)
{
    public int Bytes => Started.Length + Final.Length;
}
