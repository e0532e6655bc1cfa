using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts;

/// <summary>One of the eight ways to show a square image by exact pixel moves (the symmetries of the square): mirrored left-right or not,
/// then turned counter-clockwise by 0 to 3 quarter turns. Nothing is interpolated or padded, so no artefact gives the view away.</summary>
public readonly record struct View(bool Mirrored, int Turns)
{
    public const int Count = 8;

    /// <summary>0 to 7: turns, plus 4 where mirrored; what pseudo-label shards store.</summary>
    public byte Code => (byte)(Turns + (Mirrored ? 4 : 0));

    public static View Of(int code) => code is >= 0 and < Count
        ? new(code >= 4, code % 4)
        : throw new ArgumentOutOfRangeException(nameof(code), code, "A view's code is 0 to 7.");

    /// <param name="images">Shape [N, C, S, S].</param>
    /// <returns>The same shape; possibly a strided view of the input.</returns>
    public Tensor Apply(Tensor images)
    {
        var shown = Mirrored ? images.flip(3) : images;
        return Turns switch
        {
            0 => shown,
            1 => shown.transpose(2, 3).flip(2),
            2 => shown.flip(2, 3),
            _ => shown.flip(2).transpose(2, 3),
        };
    }

    /// <summary>Where a pixel of the shown image comes from.</summary>
    /// <returns>Row and column in the original of side <paramref name="size"/>.</returns>
    public (int Row, int Column) Source(int row, int column, int size)
    {
        var last = size - 1;
        var (r, c) = Turns switch
        {
            0 => (row, column),
            1 => (column, last - row),
            2 => (last - row, last - column),
            _ => (last - column, row),
        };
        return (r, Mirrored ? last - c : c);
    }

    /// <summary>The same as <see cref="Apply(Tensor)"/> for one image in memory.</summary>
    /// <param name="image">Shape [C, S, S].</param>
    /// <param name="shown">Shape [C, S, S].</param>
    public void Apply(ReadOnlySpan<byte> image, Span<byte> shown, int channels, int size)
    {
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var (r, c) = Source(row, column, size);
                for (var channel = 0; channel < channels; channel++)
                {
                    var plane = channel * size * size;
                    shown[plane + (row * size) + column] = image[plane + (r * size) + c];
                }
            }
        }
    }
}
