using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Pipeline.Artifacts.Safetensors;

/// <summary>A safetensors file, mapped into memory when a span of it is first asked for. Spans point straight into the map and are valid
/// until <see cref="Dispose"/>: reading through one afterwards ends the process with an access violation, as the pages are gone. So keep
/// the file in a <c>using</c> around every use of its spans; a file that is dropped without being disposed stays mapped. The file must not
/// be changed or cut while it is open.</summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;
    private readonly FileStream _stream;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private byte* _data;
    private bool _isDisposed;

    private SafetensorsFile(string path, FileStream stream)
    {
        (Path, _stream) = (path, stream);
        (_header, _dataStart) = ReadHeader(path, stream);
    }

    public string Path { get; }
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Reads the header and checks everything that can be checked without reading the tensors.</summary>
    /// <exception cref="PipelineException">The file is not there, or malformed in any way.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new PipelineException($"{path} cannot be read: {error.Message}", error);
        }

        try
        {
            return new SafetensorsFile(path, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <exception cref="PipelineException">There is no such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    /// <summary>The whole tensor.</summary>
    /// <exception cref="PipelineException">There is no such tensor, it has other elements, or more than one span can hold.</exception>
    public ReadOnlySpan<T> Read<T>(string name) where T : unmanaged
    {
        var entry = Entry<T>(name);
        return Span<T>(entry, 0, entry.Bytes / sizeof(T));
    }

    /// <summary>Rows along the first axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows do not lie within the tensor.</exception>
    /// <exception cref="PipelineException">There is no such tensor, it has other elements or no rows, or these are more than one span can
    /// hold.</exception>
    public ReadOnlySpan<T> ReadRows<T>(string name, long firstRow, long rows) where T : unmanaged
    {
        var (entry, first, count) = Rows<T>(name, firstRow, rows);
        return Span<T>(entry, first, count);
    }

    /// <summary>Rows along the first axis, read without a map: large rows that are read in no order come in one request, not in one a
    /// page.</summary>
    /// <param name="values">As many elements as the rows have.</param>
    /// <inheritdoc cref="ReadRows{T}(string, long, long)"/>
    public void ReadRows(string name, long firstRow, long rows, Span<byte> values)
    {
        var (entry, first, count) = Rows<byte>(name, firstRow, rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, count);
        for (var offset = _dataStart + entry.Offset + first; values.Length > 0;)
        {
            var read = RandomAccess.Read(_stream.SafeFileHandle, values, offset);
            if (read == 0)
                throw new PipelineException($"{Path} was cut while it was read.");

            offset += read;
            values = values[read..];
        }
    }

    private (SafetensorsEntry Entry, long First, long Count) Rows<T>(string name, long firstRow, long rows) where T : unmanaged
    {
        var entry = Entry<T>(name);
        if (entry.Shape.Count == 0)
            throw new PipelineException($"'{name}' in {Path} is a single number and has no rows.");

        if (firstRow < 0 || rows < 0 || firstRow > entry.Shape[0] - rows)
            throw new ArgumentOutOfRangeException(nameof(firstRow),
                $"'{name}' has {entry.Shape[0]} rows; {rows} rows from {firstRow} do not lie within it.");

        var row = entry.Shape[0] == 0 ? 0 : entry.Bytes / sizeof(T) / entry.Shape[0];
        return (entry, firstRow * row, rows * row);
    }

    public void Dispose()
    {
        if (_data is not null)
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();

        _data = null;
        _isDisposed = true;
        _view?.Dispose();
        _map?.Dispose();
        _stream.Dispose();
    }

    private static (SafetensorsHeader Header, long DataStart) ReadHeader(string path, FileStream stream)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            throw new PipelineException(
                $"{path} is not a valid safetensors file: it has {stream.Length} bytes, and the length of its header alone takes 8.");

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var left = stream.Length - prefix.Length;
        if (length > SafetensorsHeader.MaxLength || (long)length > left)
            throw new PipelineException(
                $"{path} is not a valid safetensors file: its header has {length} bytes, and must have at most "
                + $"{SafetensorsHeader.MaxLength} and the {left} that follow.");

        var json = new byte[length];
        stream.ReadExactly(json);
        return (new SafetensorsHeader(path, json, left - (long)length), stream.Position);
    }

    private SafetensorsEntry Entry(string name) =>
        Entries.TryGetValue(name, out var entry)
            ? entry
            : throw new PipelineException(
                $"{Path} has no tensor '{name}'; it has "
                + $"{(Entries.Count == 0 ? "none" : string.Join(", ", Entries.Keys.Order(StringComparer.Ordinal)))}.");

    private SafetensorsEntry Entry<T>(string name) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var entry = Entry(name);
        var wanted = SafetensorsElement.Of<T>();
        return entry.Type == wanted
            ? entry : throw new PipelineException($"'{name}' in {Path} has elements of type {entry.Type}, not {wanted}.");
    }

    private ReadOnlySpan<T> Span<T>(SafetensorsEntry entry, long first, long count) where T : unmanaged =>
        count <= Array.MaxLength
            ? new ReadOnlySpan<T>(Data() + entry.Offset + (first * sizeof(T)), (int)count)
            : throw new PipelineException(
                $"'{entry.Name}' in {Path}: {count} elements are more than one span can hold. Read fewer rows at a time.");

    private byte* Data()
    {
        lock (_mapping)
        {
            if (_data is null)
            {
                _map = MemoryMappedFile.CreateFromFile(
                    _stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                byte* start = null;
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                _data = start + _view.PointerOffset + _dataStart;
            }

            return _data;
        }
    }
}
