using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipeline.Artifacts;

/// <summary>JSON lines, of which the first are in memory and, where there are more, all in a temporary file without a name, gone with the
/// process: for lists that grow with the dataset and whose artifact can only be written once all of it is known.</summary>
public sealed class Spool<T> : IDisposable
{
    private const int MostInMemory = 1 << 20;

    private readonly ArrayBufferWriter<byte> _line = new();
    private byte[]? _memory;
    private int _held;
    private FileStream? _file;

    public long Count { get; private set; }

    /// <returns>Its line, until the next is added.</returns>
    public ReadOnlyMemory<byte> Add(T item)
    {
        _line.ResetWrittenCount();
        JsonLines.Write(_line, item);
        Write(_line.WrittenSpan);
        Count++;
        return _line.WrittenMemory;
    }

    /// <summary>All from the start.</summary>
    public IEnumerable<T> Items()
    {
        var reader = new StreamReader(FromStart(), leaveOpen: true);
        while (reader.ReadLine() is { } line)
            yield return JsonSerializer.Deserialize<T>(line, PipelineJson.Compact)!;
    }

    public Task CopyToAsync(Stream stream, CancellationToken cancellation) => FromStart().CopyToAsync(stream, cancellation);

    public void Dispose()
    {
        _file?.Dispose();
        Release();
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        if (_file is null && line.Length <= MostInMemory - _held)
        {
            _memory ??= LargeBuffers.Pool.Rent(MostInMemory);
            line.CopyTo(_memory.AsSpan(_held));
            _held += line.Length;
            return;
        }

        if (_file is null)
        {
            _file = TemporaryFile.Create();
            _file.Write(_memory.AsSpan(0, _held));
            Release();
        }

        _file.Write(line);
    }

    private void Release()
    {
        if (_memory is not null)
        {
            LargeBuffers.Pool.Return(_memory);
            (_memory, _held) = (null, 0);
        }
    }

    private Stream FromStart()
    {
        if (_file is null)
            return new MemoryStream(_memory ?? [], 0, _held, writable: false);

        _file.Position = 0;
        return _file;
    }
}

/// <summary>Files of the system's temporary folder whose name is removed at once: also a killed process leaves none.</summary>
public static class TemporaryFile
{
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1 << 16, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);

        return file;
    }
}

/// <summary>An object a line.</summary>
public static class JsonLines
{
    /// <summary>One line, behind what the buffer holds.</summary>
    public static void Write<T>(IBufferWriter<byte> buffer, T item)
    {
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PipelineJson.Compact.Encoder }))
            JsonSerializer.Serialize(writer, item, PipelineJson.Compact);

        buffer.Write("\n"u8);
    }

    public static async Task WriteAsync<T>(Stream stream, IEnumerable<T> items, CancellationToken cancellation)
    {
        var line = new ArrayBufferWriter<byte>();
        foreach (var item in items)
        {
            line.ResetWrittenCount();
            Write(line, item);
            await stream.WriteAsync(line.WrittenMemory, cancellation);
        }
    }

    /// <summary>One in memory at a time. Disposes the stream.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(Stream stream, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellation) is { } line)
            yield return JsonSerializer.Deserialize<T>(line, PipelineJson.Compact)!;
    }
}

/// <summary>Buffers of megabytes that are made again and again, one for each that is in use at a time. The shared pool would keep one for
/// each thread that ever gave one back, and as arrays of their own they would lie about until the whole heap is collected.</summary>
public static class LargeBuffers
{
    /// <summary>Bytes; longer ones, and more at a time, are made and left to the collector.</summary>
    private const int Longest = 1 << 30, MostOfALength = 64;

    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(Longest, MostOfALength);
}
