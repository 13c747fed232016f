using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ThinkWatch.AiGateway.Tests.Fleet;

/// <summary>Keeps everything that was logged, at every level, so that tests can look for what must not be there.</summary>
internal sealed class LogCollector : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Collecting(Lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Collecting(ConcurrentQueue<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category} {formatter(state, exception)} {exception}");
    }
}
