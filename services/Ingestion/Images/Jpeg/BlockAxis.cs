using System.Runtime.Intrinsics;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>
/// One axis of a plane of 8×8 blocks, and the new pixels that the centred square is scaled to: what each of a block's eight frequencies adds to each new pixel
/// that the block reaches into, when that is the mean over the area it covers, edge pixels counted by the exact fraction. Both the inverse transform and the
/// mean are linear, so one weight does for both (Merhav and Bhaskaran, <i>Fast algorithms for DCT-domain image downsampling</i>, IEEE Transactions on Circuits
/// and Systems for Video Technology, 1997).
/// </summary>
internal sealed class BlockAxis
{
    public const int BlockSize = 8;

    /// <summary>cos(n·π/16), as no two systems need to agree about cosines.</summary>
    private static readonly double[] Cosines =
    [
        1, 0.98078528040323044913, 0.92387953251128675613, 0.83146961230254523708, 0.70710678118654752440,
        0.55557023301960222474, 0.38268343236508977173, 0.19509032201612826785, 0,
    ];

    /// <summary>What frequency u adds to pixel j, at [u, j].</summary>
    private static readonly double[] Basis = [.. Enumerable.Range(0, BlockSize * BlockSize).Select(i => BasisOf(i / BlockSize, i % BlockSize))];

    private readonly (int Length, int Side, int Size, int Sampling) _of;

    /// <param name="length">Of the image, in pixels.</param>
    /// <param name="side">Of the square.</param>
    /// <param name="size">New pixels.</param>
    /// <param name="sampling">Pixels of the image for one of the plane. Where it is two, pixels between are a quarter of the farther neighbour's, as libjpeg's are.</param>
    public BlockAxis(int length, int side, int size, int sampling)
    {
        _of = (length, side, size, sampling);
        var pairs = Enumerable.Range(0, size).SelectMany(Pairs).ToList();
        (First, var last) = (pairs[0].Block, pairs[^1].Block);
        Blocks = last - First + 1;
        OfOutputs = [.. pairs.GroupBy(pair => pair.Output).Select(output => new Reach(output.First().Block - First, [.. output.Select(pair => pair.Weights)]))];
        OfBlocks = [.. pairs.GroupBy(pair => pair.Block).OrderBy(block => block.Key).Select(block => new Reach(block.First().Output, [.. block.Select(pair => pair.Weights)]))];
    }

    /// <summary>The first block that the square touches.</summary>
    public int First { get; }

    /// <summary>How many it touches.</summary>
    public int Blocks { get; }

    public int Size => _of.Size;

    /// <summary>For each block the new pixels that it reaches into.</summary>
    public Reach[] OfBlocks { get; }

    /// <summary>For each new pixel the blocks that reach into it, counted from <see cref="First"/>.</summary>
    public Reach[] OfOutputs { get; }

    public bool Is(int length, int side, int size, int sampling) => _of == (length, side, size, sampling);

    private IEnumerable<(int Block, int Output, Vector256<float> Weights)> Pairs(int output)
    {
        var covered = Covered(output);
        return covered.Keys.GroupBy(pixel => pixel / BlockSize).Select(block => (block.Key, output, WeightsOf([.. block.Select(pixel => (pixel % BlockSize, covered[pixel]))])));
    }

    /// <returns>Shares of the plane's pixels in a new pixel.</returns>
    private SortedDictionary<int, double> Covered(int output)
    {
        var (length, side, size, sampling) = _of;
        // In units of 1/(2·size) of a pixel, in which every border is a whole number.
        long pixel = 2L * size, step = 2L * side, begin = ((long)(length - side) * size) + (output * step);
        var shares = new SortedDictionary<int, double>();
        void Add(long of, double share) => shares[(int)of] = shares.GetValueOrDefault((int)of) + share;
        for (var i = begin / pixel; i * pixel < begin + step; i++)
        {
            var share = (Math.Min((i + 1) * pixel, begin + step) - Math.Max(i * pixel, begin)) / (double)step;
            var (near, far) = (i / sampling, Math.Clamp((i / sampling) + (i % 2 == 0 ? -1 : 1), 0, (length - 1) / sampling));
            Add(near, sampling == 2 ? share * 0.75 : share);
            if (sampling == 2)
            {
                Add(far, share * 0.25);
            }
        }

        return shares;
    }

    private static Vector256<float> WeightsOf((int Pixel, double Share)[] pixels) =>
        Vector256.Create([.. Enumerable.Range(0, BlockSize).Select(frequency => (float)pixels.Sum(pixel => pixel.Share * Basis[(frequency * BlockSize) + pixel.Pixel]))]);

    /// <summary>T.81, A.3.3, along one axis.</summary>
    private static double BasisOf(int frequency, int pixel)
    {
        var angle = ((2 * pixel) + 1) * frequency % 32;
        var folded = angle > 16 ? 32 - angle : angle;
        var cosine = folded > 8 ? -Cosines[16 - folded] : Cosines[folded];
        return (frequency == 0 ? Cosines[4] : cosine) / 2;
    }
}

/// <param name="First">Of those that meet; the others follow it.</param>
/// <param name="Weights">Of the eight frequencies, for each that meets.</param>
internal readonly record struct Reach(int First, Vector256<float>[] Weights);
