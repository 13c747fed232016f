using System.Buffers;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>Sends the events of a stream one by one, and breaks it as commanded in the middle of its content.</summary>
internal static class StreamPump
{
    private const int CutDelayMs = 50;

    public static async Task WriteAsync(HttpContext http, WireFormat format, Answer answer, Call call)
    {
        http.Response.ContentType = format.StreamContentType;
        http.Response.Headers.CacheControl = "no-cache";
        var events = new EventBuffer();
        var behaviour = answer.Behaviour;
        var breakAt = behaviour.BreaksTheStream ? Middle(format, answer, events) : -1;
        var contents = 0;
        foreach (var content in format.Stream(answer, events))
        {
            if (content && contents++ == breakAt && await BreakAsync(http, format, answer, events, call))
                return;
            await SendAsync(http, events.Written);
            events.Clear();
            if (content && behaviour.DripMs > 0)
                await Task.Delay(behaviour.DripMs, http.RequestAborted);
        }
    }

    /// <summary>Breaks the connection, or says nothing more until the caller goes.</summary>
    public static async Task EndInTheMiddleAsync(HttpContext http, Behaviour behaviour, Call call)
    {
        if (behaviour.Stall)
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        call.End = "cut";

        // A reset overtakes what is still on its way.
        await Task.Delay(CutDelayMs, http.RequestAborted);
        http.Abort();
    }

    private static int Middle(WireFormat format, Answer answer, EventBuffer events)
    {
        var contents = 0;
        foreach (var content in format.Stream(answer, events))
        {
            contents += content ? 1 : 0;
            events.Clear();
        }

        return contents / 2;
    }

    /// <summary>False when the stream goes on.</summary>
    private static async Task<bool> BreakAsync(HttpContext http, WireFormat format, Answer answer, EventBuffer events, Call call)
    {
        var behaviour = answer.Behaviour;
        if (behaviour.Cut || behaviour.Stall || behaviour.CutInsideEvent)
        {
            if (behaviour.CutInsideEvent)
                await SendAsync(http, events.Written[..(events.Written.Length / 2)]);
            await EndInTheMiddleAsync(http, behaviour, call);
            return true;
        }

        var next = events.Written.ToArray();
        events.Clear();
        if (behaviour.ErrorEvent)
            format.WriteErrorEvent(events, answer);
        else
            format.WriteMalformed(events);
        if (!behaviour.ErrorEvent)
        {
            events.Raw(next);
            return false;
        }

        await SendAsync(http, events.Written);
        return true;
    }

    private static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        http.Response.BodyWriter.Write(bytes.Span);
        var result = await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        if (result.IsCompleted)
            throw new OperationCanceledException();
    }
}
