using System.ComponentModel;
using System.Diagnostics;

namespace Pipeline.Cli.Commands;

/// <summary>Shows a page in whatever the system opens pages with.</summary>
internal static class PageOpener
{
    /// <summary>An opener that has not failed by then has found a browser.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <exception cref="PipelineException">The system has no opener, or it found no browser.</exception>
    public static async Task OpenAsync(string page, CancellationToken cancellation)
    {
        var start = Opener(page);
        try
        {
            using var process = Process.Start(start)!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            await process.WaitForExitAsync(patience.Token);
            if (process.ExitCode != 0)
                throw new PipelineException($"'{start.FileName}' could not open {page} (exit code {process.ExitCode}). Open it by hand.");
        }
        catch (Win32Exception error)
        {
            throw new PipelineException($"There is no '{start.FileName}' on this system to open {page} with. Open it by hand.", error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It is still at it.
        }
    }

    private static ProcessStartInfo Opener(string page)
    {
        var (opener, arguments) = OperatingSystem.IsWindows() ? ("cmd", new[] { "/c", "start", "", page })
            : OperatingSystem.IsMacOS() ? ("open", [page])
            : ("xdg-open", [page]);
        return new ProcessStartInfo(opener, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
    }
}
