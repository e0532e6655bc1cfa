using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.PreFlight;

/// <summary>How well ridge regression onto the views' labels (Hoerl and Kennard 1970), in closed form, tells a task's views apart. A view
/// only moves pixels, so the second moments of all views are those of the originals in another order: however many tasks ask, they are
/// computed once.</summary>
public sealed class LinearModel
{
    // What is the same in all samples is only shifted, as in LinearProbe.
    private const double SmallestDeviation = 1e-6;

    private readonly Tensor _moments;
    private readonly Tensor _sums;
    private readonly Tensor _heldOut;
    private readonly long _channels;
    private readonly long _side;
    private readonly long _fitted;
    private readonly double _ridge;

    /// <param name="fit">What the model is made from, shape [N, C, T, T], float64.</param>
    /// <param name="heldOut">What it is measured on, shape [M, C, T, T].</param>
    /// <param name="ridge">Penalty over the number of rows.</param>
    public LinearModel(Tensor fit, Tensor heldOut, double ridge)
    {
        (_fitted, _channels, _side) = (fit.shape[0], fit.shape[1], fit.shape[3]);
        var rows = fit.reshape(_fitted, -1);
        _moments = rows.t().matmul(rows);
        _sums = rows.sum([0]);
        _heldOut = heldOut.reshape(heldOut.shape[0], -1);
        _ridge = ridge;
    }

    /// <summary>For each held-out sample, how many of its views are told right, as a share of the task's views.</summary>
    /// <param name="border">See this many pixels from the edge alone; null for all.</param>
    public double[] Right(ViewPretext task, int? border = null)
    {
        using var scope = NewDisposeScope();
        var places = arange(_channels * _side * _side, dtype: ScalarType.Int64).reshape(1, _channels, _side, _side);
        var seen = Seen(border);
        // For each view and feature, which pixel of the original stands there.
        Tensor[] sources = [.. task.Views.Select(view => view.Apply(places).reshape(-1).index_select(0, seen))];

        using Scalar views = task.Views.Count;
        using Scalar rows = (double)(_fitted * task.Views.Count);
        using Scalar each = (double)_fitted;
        var total = zeros(seen.shape[0], dtype: ScalarType.Float64);
        var second = zeros([seen.shape[0], seen.shape[0]], dtype: ScalarType.Float64);
        foreach (var source in sources)
        {
            using var inner = NewDisposeScope();
            total.add_(_sums.index_select(0, source), Scalars.Of(1));
            second.add_(_moments.index_select(0, source).index_select(1, source), Scalars.Of(1));
        }

        var mean = total.div(rows);
        var covariance = second.div(rows) - outer(mean, mean);
        var deviation = covariance.diagonal().clamp_min(Scalars.Of(0.0)).sqrt();
        deviation = deviation.masked_fill(deviation.lt(Scalars.Of(SmallestDeviation)), Scalars.Of(1.0));
        var correlation = covariance / outer(deviation, deviation);
        correlation.diagonal().add_(Scalars.Of(_ridge), Scalars.Of(1));

        // Onto the label's indicator: for each view, how far its own mean lies from that of all.
        var towards = stack(sources.Select(source => ((_sums.index_select(0, source).div(each) - mean) / deviation).div(views)), 1);
        var weights = linalg.solve(correlation, towards);

        var right = zeros(_heldOut.shape[0], dtype: ScalarType.Float64);
        for (var label = 0; label < sources.Length; label++)
        {
            using var inner = NewDisposeScope();
            var answers = ((_heldOut.index_select(1, sources[label]) - mean) / deviation).matmul(weights).argmax(1);
            right.add_(answers.eq(Scalars.Of((long)label)).to(ScalarType.Float64), Scalars.Of(1));
        }

        return right.div(views).data<double>().ToArray();
    }

    /// <summary>Which pixels the model sees, as places in [C, T, T].</summary>
    private Tensor Seen(int? border)
    {
        if (border is not { } width)
            return arange(_channels * _side * _side, dtype: ScalarType.Int64);

        var places = new List<long>();
        for (var place = 0L; place < _channels * _side * _side; place++)
        {
            var (row, column) = (place / _side % _side, place % _side);
            if (Math.Min(Math.Min(row, column), Math.Min(_side - 1 - row, _side - 1 - column)) < width)
                places.Add(place);
        }

        return tensor(places.ToArray());
    }
}
