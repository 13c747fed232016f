using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Rows;

/// <summary>Enumerations as the words that operators see.</summary>
internal static class RowText
{
    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Ok => "ok",
        Outcome.Error => "error",
        Outcome.Aborted => "aborted",
        Outcome.Timeout => "timeout",
        Outcome.Interrupted => "interrupted",
        Outcome.Denied => "denied",
        Outcome.Limited => "limited",
        Outcome.Cached => "cached",
        _ => "",
    };

    public static string Of(Capture capture) => capture switch
    {
        Capture.Captured => "captured",
        Capture.Offloaded => "offloaded",
        Capture.Truncated => "truncated",
        Capture.Disabled => "disabled",
        Capture.Failed => "failed",
        Capture.Erased => "erased",
        _ => "",
    };
}
