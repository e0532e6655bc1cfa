using System.Runtime.InteropServices;

namespace Pipeline.Local.Running;

/// <summary>Ctrl-C and SIGTERM while the command line only looks on: the first ends the looking, the second the process. So does the first where the looking goes on.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public Interruption()
    {
        ProcessEnd.Prepare(ProcessEnd.ShowCursor);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, Handle))];
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
        {
            ProcessEnd.AfterInterrupt();
        }

        _source.Cancel();
    }
}
