using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Guard;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>
/// Replaces what must not leave in a request's own bytes, before any other stage has done anything with them: whatever comes behind, pass-through or
/// conversion, limits or the row, knows the placeholders only.
/// </summary>
internal sealed class RequestGuard(GuardRuleBook book, Vault vault, BodyMemory memory, ISettings settings, GatewayMetrics metrics, TimeProvider time) : IGuardPolicy
{
    private readonly byte[] _secret = vault.DeriveKey("guard.placeholders");

    public Refusal? Inspect(Exchange exchange)
    {
        var rules = book.For(exchange.Principal!.Principal.OrgId);
        if (!rules.IsOff)
            exchange.Guarded = new GuardedCall(rules);
        if (!rules.LooksAtRequests)
            return null;
        if (!metrics.GuardIsTimed)
            return Guard(exchange, exchange.Guarded!);
        var began = time.GetTimestamp();
        var refusal = Guard(exchange, exchange.Guarded!);
        metrics.Guarded(exchange.Surface.Name, time.GetElapsedTime(began));
        return refusal;
    }

    /// <summary>For requests that were refused before their turn: their rows must not know more than those of the others.</summary>
    public void InspectRefused(Exchange exchange)
    {
        if (exchange.Guarded is not null || exchange.Body.Length == 0 || exchange.Surface is not ICallSurface || book.For(exchange.Principal!.Principal.OrgId) is not { LooksAtRequests: true } rules)
            return;
        exchange.Guarded = new GuardedCall(new GuardRules(rules.Pii, [], []));
        try
        {
            if (Guard(exchange, exchange.Guarded) is null)
                return;
        }
        catch (JsonException)
        {
            // That is why it was refused.
        }

        ReplaceAsText(exchange, exchange.Guarded);
    }

    private Refusal? Guard(Exchange exchange, GuardedCall guarded)
    {
        if (TextShapes.Request(((ICallSurface)exchange.Surface).Format) is not { } shape)
            return null;
        var visitor = new RedactionVisitor(new TextInspector(guarded.Rules.Pii, guarded.Rules.Input, guarded.Hits));
        try
        {
            TextWalk.Run(exchange.Body.WrittenSpan, shape, visitor);
        }
        catch (InvalidOperationException)
        {
            return Refusals.BadRequest("The request body holds an escape sequence that is not valid Unicode.");
        }
        catch (GuardBudgetException)
        {
            return Refusals.GuardUnavailable;
        }

        if (visitor.Texts is { } texts && Replace(exchange, guarded, texts) is { } refusal)
            return refusal;
        if (guarded.Hits.Warnings is { } warnings)
            exchange.Http.Response.Headers["x-thinkwatch-warning"] = warnings;
        return guarded.Hits.BlockedBy is { } rule ? Refusals.ContentBlocked(rule.Name) : null;
    }

    private Refusal? Replace(Exchange exchange, GuardedCall guarded, List<RedactedText> texts)
    {
        var placeholders = NewPlaceholders(exchange);
        var body = new PooledBuffer();
        RawEdits.Apply(exchange.Body.WrittenSpan, [.. RedactedText.Rewrite(exchange.Body.WrittenSpan, texts, placeholders)], body);
        var more = Math.Max(0, body.Length - exchange.ReservedBytes);
        if (!memory.TryReserve(more, settings.Get(SettingsRegistry.Gateway.BodyMemoryBytes)))
        {
            body.Dispose();
            return Refusals.TooMuchInFlight;
        }

        exchange.ReservedBytes += more;
        guarded.Redacted(placeholders);
        if (exchange.Facts.Store || settings.Get(SettingsRegistry.Audit.CaptureOriginal))
            guarded.KeepOriginal(exchange.ExchangeBody(body), exchange.Facts.InputPiece);
        else
            exchange.ReplaceBody(body);
        return ((ICallSurface)exchange.Surface).Scan(body.WrittenSpan, out exchange.Facts);
    }

    /// <summary>What is no request of this surface is a text.</summary>
    private void ReplaceAsText(Exchange exchange, GuardedCall guarded)
    {
        var text = Encoding.UTF8.GetString(exchange.Body.WrittenSpan);
        List<Replacement> replacements = [];
        new TextInspector(guarded.Rules.Pii, [], guarded.Hits).Inspect(text, replacements);
        if (replacements.Count == 0)
            return;
        var placeholders = NewPlaceholders(exchange);
        var body = new PooledBuffer();
        var done = 0;
        foreach (var replacement in replacements)
        {
            body.Append(Encoding.UTF8.GetBytes(text[done..replacement.Start]));
            body.Append(Encoding.ASCII.GetBytes(placeholders.For(replacement.Label!, text.Substring(replacement.Start, replacement.Length))));
            done = replacement.End;
        }

        body.Append(Encoding.UTF8.GetBytes(text[done..]));
        guarded.Redacted(placeholders);
        exchange.ReplaceBody(body);
    }

    private Placeholders NewPlaceholders(Exchange exchange)
    {
        var principal = exchange.Principal!.Principal;
        return new Placeholders(Placeholders.SaltOf(_secret, principal.OrgId, principal.KeyLineageId));
    }
}
