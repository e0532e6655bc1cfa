namespace Pipeline.Lake.Containers.Tar;

/// <summary>A sparse file with its holes filled.</summary>
/// <param name="packed">The pieces, one behind the other.</param>
/// <param name="map">That fits them.</param>
internal sealed class SparseStream(Stream packed, SparseMap map) : Stream
{
    private long _position;
    private int _piece;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => map.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var (count, isHole) = Next(buffer.Length);
        var wanted = buffer[..count];
        if (isHole)
        {
            wanted.Span.Clear();
        }
        else
        {
            count = await packed.ReadAsync(wanted, cancellationToken);
        }

        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var (read, isHole) = Next(count);
        if (isHole)
        {
            buffer.AsSpan(offset, read).Clear();
        }
        else
        {
            read = packed.Read(buffer, offset, read);
        }

        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private (int Count, bool IsHole) Next(int most)
    {
        while (_piece < map.Pieces.Count && _position >= map.Pieces[_piece].Start + map.Pieces[_piece].Length)
        {
            _piece++;
        }

        var (start, length) = _piece < map.Pieces.Count ? map.Pieces[_piece] : (map.Length, 0);
        var isHole = _position < start;
        return ((int)Math.Min(most, (isHole ? start : start + length) - _position), isHole);
    }
}

/// <summary>Which pieces of a sparse file a tar holds; what lies between them is zeros.</summary>
internal sealed class SparseMap
{
    private readonly List<(long Start, long Length)> _pieces = [];

    /// <summary>Of the file with its holes; negative where it is unknown.</summary>
    public long Length { get; set; } = -1;

    public IReadOnlyList<(long Start, long Length)> Pieces => _pieces;

    /// <summary>Bytes of the pieces.</summary>
    public long Packed => _pieces.Sum(piece => piece.Length);

    public void Add(long start, long length) => _pieces.Add((start, length));

    /// <summary>Whether the pieces follow each other within the file, and are what the tar holds.</summary>
    /// <param name="packed">Bytes that the tar holds.</param>
    public bool Fits(long packed)
    {
        var end = 0L;
        foreach (var (start, length) in _pieces)
        {
            if (start < end || length < 0 || start > Length - length)
            {
                return false;
            }

            end = start + length;
        }

        return Length >= 0 && Packed == packed;
    }
}
