using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Pipeline.Local.Progress;

namespace Pipeline.Local.Running;

/// <summary>Ctrl-C and SIGTERM: the first lets the work in hand come to a checkpoint, the second ends the process at once.</summary>
public sealed class StopSignals(IHostApplicationLifetime lifetime, RunProgress progress, RunEnd end) : IHostLifetime, IDisposable
{
    private const string ShowCursor = "\e[?25h";

    private readonly List<PosixSignalRegistration> registrations = [];
    private int signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Handle(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref signals) == 1)
        {
            context.Cancel = true;
            progress.Stop();
            end.Tell(new RunOutcome.Stopped());
            // Not on the signal's own thread: what is told to stop may take its time.
            _ = Task.Run(lifetime.StopApplication);
        }
        else if (!Console.IsOutputRedirected)
        {
            Console.WriteLine(ShowCursor);
        }
    }
}
