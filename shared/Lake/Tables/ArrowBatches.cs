using System.Buffers;
using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;
using Pipeline.Lake.Containers;

namespace Pipeline.Lake.Tables;

/// <summary>The record batches of an Arrow IPC stream or file. A file is a stream with a table of contents behind it, and is read from its
/// start, so that one that is cut short gives what it has. Some writers, that of JavaScript among them, put the schema into the table of
/// contents alone: those files are read by it.</summary>
internal sealed class ArrowBatches : IDisposable
{
    private static readonly byte[] Magic = "ARROW1"u8.ToArray();
    private const int MagicBytes = 8;
    private const int TailBytes = sizeof(int) + 6;

    private readonly FileRange _table;
    private readonly bool _isFile;
    private readonly ArrowStreamReader _reader;

    private ArrowBatches(FileRange table, bool isFile, ArrowStreamReader reader, Schema schema) =>
        (_table, _isFile, _reader, Schema) = (table, isFile, reader, schema);

    public Schema Schema { get; }

    /// <exception cref="InvalidDataException">There is no schema.</exception>
    public static async Task<ArrowBatches> OpenAsync(FileRange table, MembersLeft left, long mostBytes)
    {
        var isFile = IsMagic(table, 0);
        var allocator = new LimitedAllocator(mostBytes);
        var reader = new ArrowStreamReader(left.Open(isFile ? MagicBytes : 0), allocator, new CompressionCodecFactory(), leaveOpen: false);
        try
        {
            return new ArrowBatches(table, isFile, reader, reader.Schema ?? throw new InvalidDataException("no schema"));
        }
        catch (Exception) when (isFile && HasContents(table))
        {
            reader.Dispose();
            var byContents = new ArrowFileReader(left.Open(), allocator, new CompressionCodecFactory(), leaveOpen: false);
            await byContents.RecordBatchCountAsync();
            return new ArrowBatches(table, isFile, byContents, byContents.Schema ?? throw new InvalidDataException("no schema"));
        }
    }

    /// <returns>Null behind the last.</returns>
    /// <exception cref="BrokenContainerException">The file has no end mark.</exception>
    public async Task<RecordBatch?> NextAsync(CancellationToken cancellation)
    {
        var batch = await _reader.ReadNextRecordBatchAsync(cancellation);
        return batch is not null || !_isFile || IsMagic(_table, _table.Length - Magic.Length)
            ? batch
            : throw new BrokenContainerException(RejectionReason.Corrupt, $"it ends at byte {_table.Length} without its end mark");
    }

    public void Dispose() => _reader.Dispose();

    /// <summary>Whether there is room for what the end of the file says of its table of contents, which the reader believes.</summary>
    private static bool HasContents(FileRange table)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        return table.Length > MagicBytes + TailBytes
            && table.Read(table.Length - TailBytes, tail) == TailBytes && tail[sizeof(int)..].SequenceEqual(Magic)
            && BinaryPrimitives.ReadInt32LittleEndian(tail) is > 0 and var length && length <= table.Length - MagicBytes - TailBytes;
    }

    private static bool IsMagic(FileRange table, long at)
    {
        Span<byte> bytes = stackalloc byte[Magic.Length];
        return at >= 0 && table.Read(at, bytes) == bytes.Length && bytes.SequenceEqual(Magic);
    }
}

/// <summary>Memory for record batches, up to a limit for each buffer, whatever the file asks for.</summary>
internal sealed class LimitedAllocator(long most) : MemoryAllocator
{
    /// <exception cref="BrokenContainerException">It is too much.</exception>
    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        if (length > most)
            throw new BrokenContainerException(RejectionReason.UnpacksTooLarge, $"a record batch of {length} bytes; at most {most}");

        bytesAllocated = length;
        return Default.Value.Allocate(length);
    }
}
