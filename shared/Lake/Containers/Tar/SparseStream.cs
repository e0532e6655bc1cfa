using Pipeline.Lake.Places;

namespace Pipeline.Lake.Containers.Tar;

/// <summary>A sparse file with its holes filled.</summary>
/// <param name="packed">The pieces, one behind the other.</param>
internal sealed class SparseStream(Stream packed, SparseMap map) : ForwardStream
{
    private int _piece;

    public override long Length => map.Length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var (count, isHole) = Next(buffer.Length);
        if (!isHole)
            return Advance(await packed.ReadAsync(buffer[..count], cancellationToken));

        buffer.Span[..count].Clear();
        return Advance(count);
    }

    private (int Count, bool IsHole) Next(int most)
    {
        while (_piece < map.Pieces.Count && Position >= map.Pieces[_piece].Start + map.Pieces[_piece].Length)
            _piece++;

        var (start, length) = _piece < map.Pieces.Count ? map.Pieces[_piece] : (map.Length, 0);
        var isHole = Position < start;
        return ((int)Math.Min(most, (isHole ? start : start + length) - Position), isHole);
    }
}

/// <summary>Which pieces of a sparse file a tar holds; what lies between them is zeros.</summary>
internal sealed class SparseMap
{
    /// <summary>Of the file with its holes; negative if it is unknown.</summary>
    public long Length { get; set; } = -1;

    /// <summary>Of the map itself, before the pieces.</summary>
    public long Bytes { get; set; }

    public List<(long Start, long Length)> Pieces { get; } = [];

    /// <summary>Whether the pieces follow each other within the file, and are what the tar holds.</summary>
    public bool Fits(long packed)
    {
        var end = 0L;
        foreach (var (start, length) in Pieces)
        {
            if (start < end || length < 0 || start > Length - length)
                return false;

            end = start + length;
        }

        return Length >= 0 && Bytes + Pieces.Sum(piece => piece.Length) == packed;
    }
}
