using Pipeline.Ingestion.Lakes;

namespace Pipeline.Local.Remote;

/// <summary>How far an upload is: one line that changes on a terminal, at most one a second elsewhere.</summary>
internal sealed class UploadDisplay(TextWriter output, bool terminal, TimeProvider clock) : IProgress<UploadProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);
    private const string LineStart = "\r\e[K";
    private const double Megabyte = 1 << 20;

    private long _last = clock.GetTimestamp();

    public void Report(UploadProgress value)
    {
        if (clock.GetElapsedTime(_last) >= (terminal ? Frame : Pause))
        {
            _last = clock.GetTimestamp();
            Write($"upload  {value.Copied + value.Present}/{value.Files} files  {value.Bytes / Megabyte:0.0} MiB", last: false);
        }
    }

    /// <param name="place">Where the files are now.</param>
    public void End(UploadProgress value, string place)
    {
        var present = value.Present > 0 ? $", {value.Present} were there already" : "";
        Write($"Uploaded {value.Copied} of {value.Files} files ({value.Bytes / Megabyte:0.0} MiB) to {place}{present}.", last: true);
    }

    private void Write(string line, bool last)
    {
        if (!terminal)
        {
            output.WriteLine(line);
        }
        else
        {
            output.Write(LineStart + line + (last ? Environment.NewLine : ""));
        }

        output.Flush();
    }
}
