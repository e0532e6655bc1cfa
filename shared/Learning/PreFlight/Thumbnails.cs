using static TorchSharp.torch;

namespace Pipeline.Learning.PreFlight;

/// <summary>Images small enough for a linear model on all pixels. Up to <see cref="Largest"/> they stay as they are. Larger ones are
/// averaged down to <see cref="Side"/>, and their outermost line of pixels, which averaging would drown, is laid around that. Both commute
/// with every <see cref="Pretexts.View"/>: a view of the thumbnail is the thumbnail of the view.</summary>
public static class Thumbnails
{
    public const int Largest = 32;
    public const int Side = 28;

    /// <summary>Of the border, as a share of the side.</summary>
    private const int BorderShare = 14;

    /// <summary>Side of the thumbnail of an image of side <paramref name="size"/>.</summary>
    public static int SideOf(int size) => size <= Largest ? size : Side + 2;

    /// <summary>Width of the thumbnail's border ring: a fourteenth of the side; a pixel more beside an outermost line.</summary>
    public static int BorderOf(int size) => size <= Largest ? Math.Max(1, size / BorderShare) : (Side / BorderShare) + 1;

    /// <param name="images">Shape [N, C, S, S], floating.</param>
    /// <returns>Shape [N, C, T, T].</returns>
    public static Tensor Of(Tensor images)
    {
        var size = (int)images.shape[3];
        if (size <= Largest)
            return images;

        using var scope = NewDisposeScope();
        var (n, c) = (images.shape[0], images.shape[1]);
        var inside = nn.functional.adaptive_avg_pool2d(images, [Side, Side]);
        var top = Line(images.narrow(2, 0, 1), horizontal: true);
        var bottom = Line(images.narrow(2, size - 1, 1), horizontal: true);
        var left = Line(images.narrow(3, 0, 1), horizontal: false);
        var right = Line(images.narrow(3, size - 1, 1), horizontal: false);
        Tensor Corner(long row, long column) => images.narrow(2, row, 1).narrow(3, column, 1);
        return cat(
            [
                cat([Corner(0, 0), top, Corner(0, size - 1)], 3),
                cat([left, inside, right], 3),
                cat([Corner(size - 1, 0), bottom, Corner(size - 1, size - 1)], 3),
            ], 2).reshape(n, c, Side + 2, Side + 2).MoveToOuterDisposeScope();
    }

    private static Tensor Line(Tensor pixels, bool horizontal) =>
        nn.functional.adaptive_avg_pool2d(pixels, horizontal ? [1, Side] : [Side, 1]);
}
