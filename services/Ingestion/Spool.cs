using System.Buffers;
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
    private readonly ArrayBufferWriter<byte> _line = new();

    public long Count { get; private set; }

    /// <returns>Its line, until the next is added.</returns>
    public ReadOnlyMemory<byte> Add(T item)
    {
        _line.ResetWrittenCount();
        JsonLines.Write(_line, item);
        _file.Write(_line.WrittenSpan);
        Count++;
        return _line.WrittenMemory;
    }

    /// <summary>All from the start.</summary>
    public IEnumerable<T> Items()
    {
        _file.Position = 0;
        var reader = new StreamReader(_file, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, PipelineJson.Compact)!;
        }
    }

    public async Task CopyToAsync(Stream stream, CancellationToken cancellation)
    {
        _file.Position = 0;
        await _file.CopyToAsync(stream, cancellation);
    }

    public void Dispose() => _file.Dispose();
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
