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

    /// <summary>In float64, dense columns centred: the optimum is the same, and found sooner.</summary>
    /// <returns>The rows, and what was taken from each, shape [D].</returns>
    (IFeatureRows Rows, Tensor Centre) Prepare();

    /// <summary>Coefficients of these rows as those of the rows that they were prepared from, shape [D + 1, K].</summary>
    Tensor Expand(Tensor coefficients) => coefficients;
}

/// <param name="values">X, shape [N, D].</param>
/// <param name="basis">Columns of length 1 at right angles, shape [D', D], where X is another matrix times them; null for X itself.</param>
public sealed class DenseRows(Tensor values, Tensor? basis = null) : IFeatureRows
{
    private readonly Tensor _rows = cat([values, ones(values.shape[0], 1, dtype: values.dtype, device: values.device)], 1);

    public int Count => (int)_rows.shape[0];

    public int Features => (int)_rows.shape[1] - 1;

    public Device Device => _rows.device;

    public Tensor Times(Tensor weights) => _rows.matmul(weights);

    public Tensor TransposedTimes(Tensor errors) => _rows.t().matmul(errors);

    public (IFeatureRows Rows, Tensor Centre) Prepare()
    {
        var precise = values.to(ScalarType.Float64);
        var centre = precise.mean([0]);
        var centred = precise - centre;
        if (Count >= Features)
            return (new DenseRows(centred), centre);

        // The penalised optimum lies in the span of the rows: as many numbers as there are rows are enough to find it.
        var span = linalg.qr(centred.t()).Q;                            // [D, N]
        return (new DenseRows(centred.matmul(span), span), centre);
    }

    public Tensor Expand(Tensor coefficients) => basis is null
        ? coefficients
        : cat([basis.matmul(coefficients.narrow(0, 0, Features)), coefficients.narrow(0, Features, 1)], 0);
}

/// <summary>Few numbers of a row are not 0: only these are kept, and multiplied. In float64, on the CPU: a matrix of few columns is faster
/// by plain loops than by torch's scattered sums.</summary>
public sealed class SparseRows : IFeatureRows
{
    private readonly (int Column, double Value)[][] _rows;

    /// <param name="rows">Of each its columns, each once, and values.</param>
    /// <param name="features">D.</param>
    public SparseRows(IEnumerable<(int Column, double Value)[]> rows, int features)
    {
        _rows = [.. rows.Select(row => ((int, double)[])[.. row, (features, 1)])];
        Features = features;
    }

    public int Count => _rows.Length;

    public int Features { get; }

    public Device Device => CPU;

    public Tensor Times(Tensor weights) => tensor(Times(Numbers(weights), (int)weights.shape[1]), Count, weights.shape[1]);

    /// <param name="weights">Shape [D + 1, K], row by row.</param>
    /// <param name="width">K.</param>
    /// <returns>[X 1] · weights, shape [N, K], row by row.</returns>
    public double[] Times(double[] weights, int width)
    {
        var product = new double[Count * width];
        for (var row = 0; row < _rows.Length; row++)
        {
            foreach (var (column, value) in _rows[row])
                Add(value, weights.AsSpan(column * width, width), product.AsSpan(row * width, width));
        }

        return product;
    }

    public Tensor TransposedTimes(Tensor errors)
    {
        var (width, from, product) = ((int)errors.shape[1], Numbers(errors), new double[(Features + 1) * errors.shape[1]]);
        for (var row = 0; row < _rows.Length; row++)
        {
            foreach (var (column, value) in _rows[row])
                Add(value, from.AsSpan(row * width, width), product.AsSpan(column * width, width));
        }

        return tensor(product, Features + 1, width);
    }

    public (IFeatureRows Rows, Tensor Centre) Prepare() => (this, zeros(Features, dtype: ScalarType.Float64));

    private static void Add(double times, ReadOnlySpan<double> from, Span<double> to)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] += times * from[i];
    }

    private static double[] Numbers(Tensor matrix) => matrix.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
}
