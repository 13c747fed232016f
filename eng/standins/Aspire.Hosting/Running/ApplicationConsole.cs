using System.Text;
using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Spectre.Console;

namespace Aspire.Hosting.Running;

/// <summary>
/// Everything that is written: one queue, one writer. On a terminal the lines scroll above a live table of the resources;
/// elsewhere they are plain. What the AppHost itself writes to <see cref="Console.Out"/> takes the same way.
/// </summary>
internal sealed class ApplicationConsole(ResourceNotificationService notifications) : IAsyncDisposable
{
    private static readonly string[] Palette = ["cyan", "green", "yellow", "blue", "magenta", "aqua", "lime", "olive", "teal", "fuchsia", "silver", "orange1"];

    private readonly Channel<(string Source, string Text)> _lines =
        Channel.CreateBounded<(string, string)>(new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TextWriter _out = Console.Out;
    private readonly CancellationTokenSource _closing = new();
    private readonly StatusTable _table = new();
    private Task _writing = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private volatile bool _dirty = true;

    /// <summary>Starts to write: before that, lines wait in the queue.</summary>
    public void Show()
    {
        var live = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        Console.SetOut(new LineWriter(text => Line("", text)));
        _watching = Task.Run(() => WatchAsync(narrate: !live));
        _writing = Task.Run(() => live ? WriteLiveAsync() : WritePlainAsync());
    }

    /// <summary>A line of a resource's output. Waits when the terminal does not keep up, and so does the resource.</summary>
    public void Line(string source, string text)
    {
        while (!_lines.Writer.TryWrite((source, text)) && !_closing.IsCancellationRequested)
            Thread.Sleep(5);
    }

    /// <summary>Something that happened to a resource.</summary>
    public void Event(string source, string text) => Line(source, $"● {text}");

    public async Task CloseAsync()
    {
        notifications.Complete();
        await _watching;
        await _closing.CancelAsync();
        _lines.Writer.TryComplete();
        await _writing;
        Console.SetOut(_out);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _closing.Dispose();
    }

    private async Task WatchAsync(bool narrate)
    {
        await foreach (var change in notifications.WatchAsync(CancellationToken.None))
        {
            var news = _table.Update(change);
            _dirty = true;
            if (narrate && news is not null)
                Event(change.ResourceId, news);
        }
    }

    private async Task WritePlainAsync()
    {
        await foreach (var (source, text) in _lines.Reader.ReadAllAsync(CancellationToken.None))
        {
            await _out.WriteLineAsync(source.Length == 0 ? text : $"[{source}] {text}");
            if (!_lines.Reader.TryPeek(out _))
                await _out.FlushAsync();
        }
    }

    private Task WriteLiveAsync()
    {
        // Made here, for the terminal: Console.Out has been replaced by then.
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_out) });
        return terminal.Live(_table.Render()).AutoClear(true).StartAsync(async live =>
        {
            var batch = new StringBuilder();
            while (!_lines.Reader.Completion.IsCompleted)
            {
                while (batch.Length < 64 * 1024 && _lines.Reader.TryRead(out var line))
                    batch.Append(Format(line.Source, line.Text)).Append('\n');
                if (batch.Length > 0)
                {
                    terminal.Write(new Markup(batch.ToString()));
                    batch.Clear();
                }

                if (_dirty)
                {
                    _dirty = false;
                    live.UpdateTarget(_table.Render());
                }

                await Task.Delay(100);
            }
        });
    }

    private static string Format(string source, string text)
    {
        var plain = Markup.Escape(text);
        return source.Length == 0 ? plain : $"[{Colour(source)}]{Markup.Escape(source),-16}[/] {plain}";
    }

    private static string Colour(string source) => Palette[source.Aggregate(7, (hash, c) => (hash * 31) + c & 0xffff) % Palette.Length];

    /// <summary>Hands over whole lines.</summary>
    private sealed class LineWriter(Action<string> onLine) : TextWriter
    {
        private readonly StringBuilder _line = new();
        private readonly Lock _gate = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_gate)
            {
                if (value == '\n')
                {
                    onLine(_line.ToString());
                    _line.Clear();
                }
                else if (value != '\r')
                {
                    _line.Append(value);
                }
            }
        }
    }
}
