using Pipeline.Learning.Native;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>What a linear model is fitted on: a matrix X of N rows and D columns, and a column of ones at its end.</summary>
public interface IFeatureRows
{
    int Count { get; }

    /// <summary>D.</summary>
    int Features { get; }

    Device Device { get; }

    /// <param name="weights">Shape [D + 1, K].</param>
    /// <returns>[X 1] · weights, shape [N, K].</returns>
    Tensor Times(Tensor weights);

    /// <param name="errors">Shape [N, K].</param>
    /// <returns>[X 1]ᵀ · errors, shape [D + 1, K].</returns>
    Tensor TransposedTimes(Tensor errors);

    /// <summary>In float64, and with columns of mean 0 where that leaves no fewer zeros: the optimum is the same, and sooner found.</summary>
    /// <returns>The rows, and what was taken from each, shape [D].</returns>
    (IFeatureRows Rows, Tensor Centre) Prepare();
}

/// <param name="values">X, shape [N, D].</param>
public sealed class DenseRows(Tensor values) : IFeatureRows
{
    private readonly Tensor rows = cat([values, ones(values.shape[0], 1, dtype: values.dtype, device: values.device)], 1);

    public int Count => (int)rows.shape[0];

    public int Features => (int)rows.shape[1] - 1;

    public Device Device => rows.device;

    public Tensor Times(Tensor weights) => rows.matmul(weights);

    public Tensor TransposedTimes(Tensor errors) => rows.t().matmul(errors);

    public (IFeatureRows Rows, Tensor Centre) Prepare()
    {
        var precise = values.to(ScalarType.Float64);
        var centre = precise.mean([0]);
        return (new DenseRows(precise - centre), centre);
    }
}

/// <summary>Few numbers of a row are not 0: only these are kept, and multiplied. In float64, on the CPU, where sums have one order.</summary>
public sealed class SparseRows : IFeatureRows
{
    private readonly Tensor rows;
    private readonly Tensor columns;
    private readonly Tensor values;

    /// <param name="entries">Of each row its columns, each once, and values.</param>
    /// <param name="features">D.</param>
    public SparseRows(IReadOnlyList<IReadOnlyList<(int Column, double Value)>> entries, int features)
    {
        (Count, Features) = (entries.Count, features);
        rows = tensor(entries.SelectMany((row, number) => Enumerable.Repeat((long)number, row.Count + 1)).ToArray());
        columns = tensor(entries.SelectMany(row => row.Select(entry => (long)entry.Column).Append(features)).ToArray());
        values = tensor(entries.SelectMany(row => row.Select(entry => entry.Value).Append(1)).ToArray()).unsqueeze(1);
    }

    public int Count { get; }

    public int Features { get; }

    public Device Device => CPU;

    public Tensor Times(Tensor weights) => Sum(Count, rows, weights.index_select(0, columns));

    public Tensor TransposedTimes(Tensor errors) => Sum(Features + 1, columns, errors.index_select(0, rows));

    public (IFeatureRows Rows, Tensor Centre) Prepare() => (this, zeros(Features, dtype: ScalarType.Float64));

    private Tensor Sum(int into, Tensor where, Tensor picked) =>
        zeros(into, picked.shape[1], dtype: picked.dtype).index_add(0, where, picked.mul(values.to(picked.dtype)), Scalars.Of(1));
}
