using Pipeline.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Multinomial logistic regression with an L2 penalty, by L-BFGS (Liu and Nocedal 1989) with backtracking: what can be told
/// without a network. The penalised loss is strictly convex in the coefficients, so neither seed nor order bears on the result. Computed in
/// float64.</summary>
public sealed class LogisticRegression : nn.Module<Tensor, Tensor>
{
    private const int MostIterations = 200;
    private const int History = 10;
    private const double GradientTolerance = 1e-5;
    private const double SufficientDecrease = 1e-4;
    private const double SmallestStride = 1e-10;

    private readonly Tensor mean;
    private readonly Tensor coefficients;

    /// <param name="features">D.</param>
    /// <param name="classes">K.</param>
    public LogisticRegression(int features, int classes)
        : base("baseline")
    {
        mean = zeros(features);
        coefficients = zeros(features + 1, classes);
        register_buffer(nameof(mean), mean);
        register_buffer(nameof(coefficients), coefficients);
        RegisterComponents();
    }

    /// <summary>D · K and K intercepts.</summary>
    public long Size => coefficients.numel();

    /// <param name="input">Features, shape [N, D].</param>
    /// <returns>Logits, shape [N, K].</returns>
    public override Tensor forward(Tensor input) => Logits(new DenseRows(input));

    /// <returns>Logits, shape [N, K].</returns>
    public Tensor Logits(IFeatureRows rows)
    {
        var all = get_buffer(nameof(coefficients))!;
        return rows.Times(all) - get_buffer(nameof(mean))!.matmul(all[..^1]).to(rows.Device);
    }

    /// <summary>The logits of features x that were standardised first, (x − shift) / scale, as a linear layer on x.</summary>
    /// <returns>Weight [K, D] and bias [K].</returns>
    public (Tensor Weight, Tensor Bias) Head(Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var all = get_buffer(nameof(coefficients))!;
        var weight = all[..^1].t() / scale;
        var bias = all[-1] - weight.matmul((get_buffer(nameof(mean))! * scale).add(shift, Scalars.Of(1)));
        return (weight.MoveToOuterDisposeScope(), bias.MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="Fit(IFeatureRows, Tensor, double, CancellationToken)"/>
    /// <param name="features">Shape [N, D].</param>
    public IReadOnlyList<double> Fit(Tensor features, Tensor targets, double penalty, CancellationToken cancellation = default) =>
        Fit(new DenseRows(features), targets, penalty, cancellation);

    /// <param name="targets">Shape [N], int64.</param>
    /// <param name="penalty">Weight of half the sum of the squared coefficients, intercepts left out; above 0.</param>
    /// <returns>Mean cross-entropy in nats and penalty, by iteration.</returns>
    public IReadOnlyList<double> Fit(IFeatureRows rows, Tensor targets, double penalty, CancellationToken cancellation = default) =>
        FitEach([this], rows, targets, [penalty], cancellation)[0];

    /// <summary>Fits several penalties on the same rows, each from where the one before it ended, so that they cost little more than
    /// one.</summary>
    /// <param name="models">One for each penalty.</param>
    /// <param name="penalties">Descending.</param>
    /// <returns>Mean cross-entropy in nats and penalty, by iteration, of each.</returns>
    public static IReadOnlyList<IReadOnlyList<double>> FitEach(
        IReadOnlyList<LogisticRegression> models, IFeatureRows rows, Tensor targets, IReadOnlyList<double> penalties,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (prepared, centre) = rows.Prepare();
        var classes = models[0].get_buffer(nameof(coefficients))!.shape[1];
        var point = zeros((prepared.Features + 1) * classes, dtype: ScalarType.Float64, device: prepared.Device);
        var losses = new List<IReadOnlyList<double>>();
        foreach (var (model, penalty) in models.Zip(penalties))
        {
            (point, var curve) = Minimize(new Problem(prepared, targets, classes, penalty), point, cancellation);
            model.get_buffer(nameof(mean))!.copy_(centre);
            model.get_buffer(nameof(coefficients))!.copy_(prepared.Expand(point.reshape(-1, classes)));
            losses.Add(curve);
        }

        return losses;
    }

    private static (Tensor Point, List<double> Losses) Minimize(Problem problem, Tensor point, CancellationToken cancellation)
    {
        var (loss, gradient) = problem.At(point);
        var losses = new List<double> { loss };
        var steps = new List<(Tensor Moved, Tensor Changed, double Scale)>();
        while (losses.Count <= MostIterations && gradient.abs().max().Read() > GradientTolerance)
        {
            cancellation.ThrowIfCancellationRequested();
            var direction = Direction(gradient, steps);
            var slope = Dot(gradient, direction);
            var stride = steps.Count == 0 ? Math.Min(1, 1 / gradient.abs().sum().Read()) : 1.0;
            var (next, nextLoss, nextGradient) = Try(stride);
            while (nextLoss > loss + (SufficientDecrease * stride * slope) && stride > SmallestStride)
            {
                stride /= 2;
                (next, nextLoss, nextGradient) = Try(stride);
            }

            if (nextLoss >= loss)
                break;

            var (moved, changed) = (next - point, nextGradient - gradient);
            if (Dot(moved, changed) is var curvature and > 0)
            {
                steps.Add((moved, changed, 1 / curvature));
                steps.RemoveRange(0, Math.Max(0, steps.Count - History));
            }

            (point, loss, gradient) = (next, nextLoss, nextGradient);
            losses.Add(loss);

            (Tensor, double, Tensor) Try(double length)
            {
                using Scalar scalar = length;
                var tried = point.add(direction, scalar);
                var (value, slopes) = problem.At(tried);
                return (tried, value, slopes);
            }
        }

        return (point, losses);
    }

    // The two loops of L-BFGS (Nocedal and Wright 2006, algorithm 7.4): minus the approximate inverse Hessian times the gradient.
    private static Tensor Direction(Tensor gradient, List<(Tensor Moved, Tensor Changed, double Scale)> steps)
    {
        using var scope = NewDisposeScope();
        var direction = gradient.neg();
        var along = new double[steps.Count];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            along[i] = steps[i].Scale * Dot(steps[i].Moved, direction);
            using Scalar back = -along[i];
            direction = direction.add(steps[i].Changed, back);
        }

        if (steps.Count > 0)
        {
            using Scalar size = 1 / (steps[^1].Scale * Dot(steps[^1].Changed, steps[^1].Changed));
            direction = direction.mul(size);
        }

        for (var i = 0; i < steps.Count; i++)
        {
            using Scalar forth = along[i] - (steps[i].Scale * Dot(steps[i].Changed, direction));
            direction = direction.add(steps[i].Moved, forth);
        }

        return direction.MoveToOuterDisposeScope();
    }

    private static double Dot(Tensor a, Tensor b) => a.dot(b).Read();

    private sealed class Problem(IFeatureRows rows, Tensor targets, long classes, double penalty)
    {
        private readonly Tensor wanted = nn.functional.one_hot(targets, classes).to(ScalarType.Float64);

        public (double Loss, Tensor Gradient) At(Tensor point)
        {
            using var scope = NewDisposeScope();
            using Scalar samples = (double)rows.Count;
            var weights = point.reshape(-1, classes).clone();
            var logits = rows.Times(weights);
            var logarithms = nn.functional.log_softmax(logits, 1);
            weights[^1].zero_();
            var loss = -((logarithms * wanted).sum().Read() / rows.Count) + (penalty / 2 * (weights * weights).sum().Read());
            var gradient = rows.TransposedTimes(logarithms.exp() - wanted).div(samples).add(weights, Scalars.Of(penalty)).reshape(-1);
            return (loss, gradient.MoveToOuterDisposeScope());
        }
    }
}
