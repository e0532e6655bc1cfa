using System.Numerics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>The k nearest neighbours of each of N vectors by cosine, found exactly.</summary>
/// <param name="Rows">Shape [N, k], row by row: the nearest first.</param>
/// <param name="Cosines">Of each, in the same order.</param>
public sealed record Neighbours(int K, int[] Rows, float[] Cosines)
{
    private const int Chunk = 1024;

    /// <param name="from">Vectors of length 1, shape [N, D].</param>
    /// <param name="to">Vectors of length 1 that neighbours are looked for among, shape [M, D], M above k.</param>
    /// <param name="isSelf">Whether both are the same, and a vector is no neighbour of itself.</param>
    public static Neighbours Find(Tensor from, Tensor to, int k, bool isSelf, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (count, transposed) = ((int)from.shape[0], to.t());
        var (rows, cosines) = (new int[count * k], new float[count * k]);
        for (var first = 0; first < count; first += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var size = Math.Min(Chunk, count - first);
            var similar = from.narrow(0, first, size).matmul(transposed);       // [n, M]
            if (isSelf)
            {
                var own = arange(first, first + size, dtype: ScalarType.Int64, device: from.device).unsqueeze(1);
                similar.scatter_(1, own, full(size, 1, -2f, device: from.device));
            }

            var (values, indices) = similar.topk(k, 1);
            values.cpu().data<float>().CopyTo(cosines.AsSpan(first * k));
            indices.to(ScalarType.Int32).cpu().data<int>().CopyTo(rows.AsSpan(first * k));
        }

        return new Neighbours(k, rows, cosines);
    }

    /// <summary>Weight of a neighbour: exp((cosine − 1) / temperature).</summary>
    public double Weight(int place, double temperature) => Math.Exp((Cosines[place] - 1) / temperature);
}

/// <summary>Labels spread over a graph of neighbours (Zhou et al. 2004, "Learning with local and global consistency"; Iscen et al. 2019,
/// arXiv:1904.04717): W of the neighbours' weights, symmetric; S = D^−½ W D^−½; F ← α S F + (1 − α) Y.</summary>
public sealed class NeighbourGraph
{
    private const int Steps = 50;

    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly float[] _weights;

    /// <param name="neighbours">Of N vectors among themselves.</param>
    public NeighbourGraph(Neighbours neighbours, double temperature)
    {
        Count = neighbours.Rows.Length / neighbours.K;
        var edges = new List<(int Column, double Weight)>[Count];
        for (var row = 0; row < Count; row++)
            edges[row] = new List<(int, double)>(2 * neighbours.K);

        for (var place = 0; place < neighbours.Rows.Length; place++)
        {
            var (row, column) = (place / neighbours.K, neighbours.Rows[place]);
            var weight = neighbours.Weight(place, temperature);
            edges[row].Add((column, weight));
            edges[column].Add((row, weight));
        }

        var degrees = edges.Select(row => Math.Sqrt(row.Sum(edge => edge.Weight))).ToArray();
        _starts = new int[Count + 1];
        for (var row = 0; row < Count; row++)
            _starts[row + 1] = _starts[row] + edges[row].Count;

        _columns = [.. edges.SelectMany(row => row.Select(edge => edge.Column))];
        _weights = [.. edges.SelectMany((row, i) => row.Select(edge => (float)(edge.Weight / degrees[i] / degrees[edge.Column])))];
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <param name="labelled">Rows with their classes.</param>
    /// <param name="alpha">Share that a sample takes from its neighbours in each step, from 0 to below 1.</param>
    /// <returns>Shape [N, K], row by row: how likely each class is, rows adding up to 1, and 0 where no label reaches. Classes get the
    /// shares that they have among the labelled (Zhu et al. 2003, "class mass normalization").</returns>
    public float[] Spread(IReadOnlyList<(int Row, int Class)> labelled, int classes, double alpha)
    {
        var given = new float[Count * classes];
        foreach (var (row, label) in labelled)
            given[(row * classes) + label] = (float)(1 - alpha);

        var (current, next) = (new float[given.Length], new float[given.Length]);
        foreach (var (row, label) in labelled)
            current[(row * classes) + label] = 1;

        for (var step = 0; step < Steps; step++)
        {
            Step(current, next, given, classes, (float)alpha);
            (current, next) = (next, current);
        }

        Balance(current, classes, labelled);
        return current;
    }

    /// <param name="labelled">Rows.</param>
    /// <returns>Of each sample, whether it is labelled or a path of neighbours leads to a labelled one.</returns>
    public bool[] Reached(IEnumerable<int> labelled)
    {
        var reached = new bool[Count];
        var next = new Stack<int>(labelled);
        while (next.TryPop(out var row))
        {
            if (reached[row])
                continue;

            reached[row] = true;
            for (var edge = _starts[row]; edge < _starts[row + 1]; edge++)
                next.Push(_columns[edge]);
        }

        return reached;
    }

    private void Step(float[] from, float[] to, float[] given, int classes, float alpha)
    {
        for (var row = 0; row < Count; row++)
        {
            var sum = to.AsSpan(row * classes, classes);
            sum.Clear();
            for (var edge = _starts[row]; edge < _starts[row + 1]; edge++)
                AddTimes(sum, from.AsSpan(_columns[edge] * classes, classes), _weights[edge]);

            var own = given.AsSpan(row * classes, classes);
            for (var i = 0; i < classes; i++)
                sum[i] = (alpha * sum[i]) + own[i];
        }
    }

    private static void AddTimes(Span<float> sum, ReadOnlySpan<float> values, float times)
    {
        var i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + (new Vector<float>(values[i..]) * times)).CopyTo(sum[i..]);

        for (; i < sum.Length; i++)
            sum[i] += values[i] * times;
    }

    private static void Balance(float[] spread, int classes, IReadOnlyList<(int Row, int Class)> labelled)
    {
        var scales = new double[classes];
        for (var i = 0; i < spread.Length; i++)
            scales[i % classes] += spread[i];

        for (var label = 0; label < classes; label++)
            scales[label] = scales[label] > 0 ? labelled.Count(sample => sample.Class == label) / scales[label] : 0;

        for (var row = 0; row < spread.Length; row += classes)
        {
            var sum = 0.0;
            for (var label = 0; label < classes; label++)
                sum += spread[row + label] *= (float)scales[label];

            for (var label = 0; label < classes && sum > 0; label++)
                spread[row + label] = (float)(spread[row + label] / sum);
        }
    }
}
