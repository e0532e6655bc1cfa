using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;

namespace Pipeline.Cli.Running;

/// <summary>Ctrl-C and SIGTERM: the first asks the work in hand for a checkpoint, the second ends the process at once. A person does not
/// wait for long: after Ctrl-C the process ends within two seconds, whatever is in hand. The store survives that as it survives a
/// kill.</summary>
public sealed class StopSignals(IHostApplicationLifetime lifetime, RunProgress progress, RunEnd end) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;
    private int _told;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        ProcessEnd.Prepare(() =>
        {
            ProcessEnd.ShowCursor();
            Tell(Words.Of(progress.Current));
        });
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says where the run stopped, once.</summary>
    public void Tell(string where)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            Console.WriteLine($"Stopped at {where}; the same command goes on from there.");
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Handle(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _signals) == 1)
        {
            context.Cancel = true;
            progress.Stop();
            end.Tell(new RunOutcome.Stopped());
            // Not on the signal's own thread: what is told to stop may take its time.
            _ = Task.Run(lifetime.StopApplication);
            if (context.Signal == PosixSignal.SIGINT)
                ProcessEnd.AfterInterrupt();
        }
        else
        {
            ProcessEnd.ShowCursor();
        }
    }
}

/// <summary>Ctrl-C and SIGTERM while the command line only looks on: the first ends the looking, the second the process. So does the first
/// where the looking goes on.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public Interruption()
    {
        ProcessEnd.Prepare(ProcessEnd.ShowCursor);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            .Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        if (context.Cancel && context.Signal == PosixSignal.SIGINT)
            ProcessEnd.AfterInterrupt();
        _source.Cancel();
    }
}
