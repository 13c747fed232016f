using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Running;

/// <summary>SIGINT, SIGTERM and SIGQUIT stop the application, also while it is still starting; a second one ends the patience.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public CancellationToken Stopping => _stopping.Token;

    public static StopSignals Listen(IHostApplicationLifetime lifetime)
    {
        var signals = new StopSignals();
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
        {
            signals._registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (signals._stopping.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
                    Environment.Exit(130); // the children end with us
                signals._stopping.Cancel();
                lifetime.StopApplication();
            }));
        }

        return signals;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stopping.Dispose();
    }
}
