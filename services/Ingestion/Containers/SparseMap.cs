namespace Pipeline.Ingestion.Containers;

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
