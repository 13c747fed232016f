using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Running;

/// <summary>The AppHost's own log, among the resources' lines.</summary>
internal sealed class ApplicationConsoleLoggerProvider(ApplicationConsole console) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(console);

    public void Dispose()
    {
        // The console belongs to the container.
    }

    private sealed class Logger(ApplicationConsole console) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            console.Line("apphost", $"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.Message})")}");
    }
}
