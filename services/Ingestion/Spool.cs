using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Ingestion;

/// <summary>
/// JSON lines in a temporary file without a name, gone with the process: for lists that grow with the dataset and whose artifact can only be written
/// once all of it is known.
/// </summary>
public sealed class Spool<T> : IDisposable
{
    private readonly FileStream _file = TemporaryFile.Create();
    private readonly StreamWriter _writer;

    public Spool() => _writer = new StreamWriter(_file) { NewLine = "\n" };

    public long Count { get; private set; }

    public void Add(T item)
    {
        _writer.WriteLine(JsonSerializer.Serialize(item, PipelineJson.Compact));
        Count++;
    }

    /// <summary>All from the start.</summary>
    public IEnumerable<T> Items()
    {
        _writer.Flush();
        _file.Position = 0;
        var reader = new StreamReader(_file, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, PipelineJson.Compact)!;
        }
    }

    public async Task CopyToAsync(Stream stream, CancellationToken cancellation)
    {
        await _writer.FlushAsync(cancellation);
        _file.Position = 0;
        await _file.CopyToAsync(stream, cancellation);
    }

    public void Dispose() => _writer.Dispose();
}

/// <summary>Files of the system's temporary folder whose name is removed at once: also a killed process leaves none.</summary>
internal static class TemporaryFile
{
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1 << 16, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}
