using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;

namespace Pipeline.Cli.Running;

/// <summary>Ctrl-C, SIGTERM and SIGHUP: the first is handled, the second ends the process at once. A person does not wait for long: after
/// Ctrl-C the process ends within two seconds, whatever is in hand. The store survives that as it survives a kill.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private int _seen;

    /// <param name="words">Said where the process ends before the work in hand does; null where the command line only looks on.</param>
    public Signals(Action? words = null, Action? first = null, Action? second = null)
    {
        ProcessEnd.Prepare(words ?? ProcessEnd.ShowCursor);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            .Select(signal => PosixSignalRegistration.Create(signal, Handle))];

        void Handle(PosixSignalContext context)
        {
            context.Cancel = Interlocked.Increment(ref _seen) == 1;
            (context.Cancel ? first : second)?.Invoke();
            if (context.Cancel && context.Signal == PosixSignal.SIGINT)
                ProcessEnd.AfterInterrupt();
            _source.Cancel();
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }
}

/// <summary>Asks the work in hand for a checkpoint at the first signal.</summary>
public sealed class StopSignals(IHostApplicationLifetime lifetime, RunProgress progress) : IHostLifetime, IDisposable
{
    private Signals? _signals;
    private int _told;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals = new Signals(Break, Stop, ProcessEnd.ShowCursor);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says where the run stopped, once.</summary>
    public void Tell(string where)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            Console.WriteLine($"Stopped at {where}; the same command goes on from there.");
    }

    public void Dispose() => _signals?.Dispose();

    private void Break()
    {
        ProcessEnd.ShowCursor();
        Tell(Words.Of(progress.Current));
    }

    private void Stop()
    {
        progress.Stopping = true;
        progress.Tell(new RunOutcome.Stopped());
        // Not on the signal's own thread: what is told to stop may take its time.
        _ = Task.Run(lifetime.StopApplication);
    }
}
