using System.Runtime.Intrinsics;

namespace Pipeline.Images.Jpeg;

/// <summary>One axis of a plane of 8×8 blocks, and the new pixels that the centred square is scaled to: what each of a block's eight
/// frequencies adds to each new pixel that the block reaches into, when that is the mean over the area it covers, edge pixels counted by
/// the exact fraction. Both the inverse transform and the mean are linear, so one weight does for both (Merhav and Bhaskaran, <i>Fast
/// algorithms for DCT-domain image downsampling</i>, IEEE Transactions on Circuits and Systems for Video Technology, 1997).</summary>
internal sealed class BlockAxis
{
    public const int BlockSize = 8;

    /// <summary>cos(n·π/16), as no two systems need to agree about cosines.</summary>
    private static readonly double[] Cosines =
    [
        1, 0.98078528040323044913, 0.92387953251128675613, 0.83146961230254523708, 0.70710678118654752440,
        0.55557023301960222474, 0.38268343236508977173, 0.19509032201612826785, 0,
    ];

    /// <summary>What the eight frequencies add to each pixel: shape [8, 2], four at a time.</summary>
    private static readonly Vector256<double>[] Basis =
    [
        .. from i in Enumerable.Range(0, BlockSize * 2)
           select Vector256.Create([.. Enumerable.Range(i % 2 * 4, 4).Select(frequency => BasisOf(frequency, i / 2))]),
    ];

    private readonly (int Length, int Side, int Size, int Sampling) _of;

    /// <param name="length">Of the image, in pixels.</param>
    /// <param name="side">Of the square.</param>
    /// <param name="size">New pixels.</param>
    /// <param name="sampling">Pixels of the image for one of the plane. Where it is two, pixels between are a quarter of the farther
    /// neighbour's, as libjpeg's are.</param>
    public BlockAxis(int length, int side, int size, int sampling)
    {
        _of = (length, side, size, sampling);
        var pairs = new List<(int Block, int Output, Vector256<float> Weights)>(2 * size);
        // Those under one new pixel, a margin and parts at both ends among them.
        var shares = new double[(side / size / sampling) + 5];
        for (var output = 0; output < size; output++)
        {
            var first = Cover(output, shares, out var count);
            for (var block = first / BlockSize; block <= (first + count - 1) / BlockSize; block++)
                pairs.Add((block, output, WeightsOf(shares.AsSpan(0, count), first - (block * BlockSize))));
        }

        First = pairs[0].Block;
        (OfOutputs, Outputs) = (new Reach[size], new Vector256<float>[pairs.Count]);
        (OfBlocks, Blocks) = (new Reach[pairs[^1].Block - First + 1], new Vector256<float>[pairs.Count]);
        Sort(pairs);
    }

    /// <summary>The first block that the square touches.</summary>
    public int First { get; }

    /// <summary>For each block that it touches the new pixels that the block reaches into, among <see cref="Blocks"/>.</summary>
    public Reach[] OfBlocks { get; }

    /// <summary>For each new pixel the blocks that reach into it, counted from <see cref="First"/>, among <see cref="Outputs"/>.</summary>
    public Reach[] OfOutputs { get; }

    /// <summary>Weights of eight frequencies, block by block.</summary>
    public Vector256<float>[] Blocks { get; }

    /// <summary>The same, new pixel by new pixel.</summary>
    public Vector256<float>[] Outputs { get; }

    public bool Is(int length, int side, int size, int sampling) => _of == (length, side, size, sampling);

    /// <param name="pairs">New pixel by new pixel.</param>
    private void Sort(List<(int Block, int Output, Vector256<float> Weights)> pairs)
    {
        foreach (var (block, output, _) in pairs)
        {
            ref var reach = ref OfBlocks[block - First];
            reach = reach with { First = reach.Count == 0 ? output : reach.First, Count = reach.Count + 1 };
        }

        for (var block = 1; block < OfBlocks.Length; block++)
            OfBlocks[block] = OfBlocks[block] with { Start = OfBlocks[block - 1].Start + OfBlocks[block - 1].Count };

        for (var at = 0; at < pairs.Count; at++)
        {
            var (block, output, weights) = pairs[at];
            ref var reach = ref OfOutputs[output];
            reach = reach.Count == 0 ? new Reach(block - First, at, 1) : reach with { Count = reach.Count + 1 };
            Outputs[at] = weights;
            Blocks[OfBlocks[block - First].Start + output - OfBlocks[block - First].First] = weights;
        }
    }

    /// <param name="shares">Of the plane's pixels in the new one.</param>
    private int Cover(int output, Span<double> shares, out int count)
    {
        var (length, side, size, sampling) = _of;
        // In units of 1/(2·size) of a pixel, in which every border is a whole number.
        long pixel = 2L * size, step = 2L * side, begin = ((long)(length - side) * size) + (output * step), end = begin + step;
        var (from, to, most) = ((int)(begin / pixel), (int)((end - 1) / pixel), (length - 1) / sampling);
        var margin = sampling == 2 ? 1 : 0;
        var first = Math.Max((from / sampling) - margin, 0);
        count = Math.Min((to / sampling) + margin, most) - first + 1;
        shares = shares[..count];
        shares.Clear();
        for (var i = from; i <= to; i++)
        {
            var share = (Math.Min((i + 1) * pixel, end) - Math.Max(i * pixel, begin)) / (double)step;
            var near = i / sampling;
            if (sampling != 2)
            {
                shares[near - first] += share;
                continue;
            }

            shares[near - first] += share * 0.75;
            shares[Math.Clamp(near + (i % 2 == 0 ? -1 : 1), 0, most) - first] += share * 0.25;
        }

        return first;
    }

    /// <param name="shares">Of pixels.</param>
    /// <param name="at">The first of them, in the block: it may lie before it.</param>
    private static Vector256<float> WeightsOf(ReadOnlySpan<double> shares, int at)
    {
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var pixel = Math.Max(at, 0); pixel < Math.Min(at + shares.Length, BlockSize); pixel++)
        {
            low += Basis[2 * pixel] * shares[pixel - at];
            high += Basis[(2 * pixel) + 1] * shares[pixel - at];
        }

        return Vector256.Narrow(low, high);
    }

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
/// <param name="Start">Of their weights.</param>
internal readonly record struct Reach(int First, int Start, int Count);
