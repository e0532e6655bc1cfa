using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Weights;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Logistic regression without a network on terms counted in sequences. The list of terms is taken from the labelled samples of a
/// draw alone.</summary>
public sealed class Baseline : IDisposable
{
    private const string Prefix = "baseline.";
    private const int Chunk = 1024;

    private readonly LogisticRegression _regression;
    private readonly Terms _terms;

    private Baseline(LogisticRegression regression, Terms terms) => (_regression, _terms) = (regression, terms);

    /// <summary>Numbers that were fitted.</summary>
    public long Size => _regression.Size;

    /// <param name="kind">One of <see cref="TermKinds"/>.</param>
    /// <param name="positions">The draw.</param>
    /// <param name="penalty">Weight of half the sum of the squared coefficients, above 0.</param>
    /// <returns>The model, and its loss by iteration.</returns>
    public static (Baseline Model, IReadOnlyList<double> Loss) Fit(
        string kind, LabelledSamples samples, int[] positions, double penalty, CancellationToken cancellation)
    {
        var texts = samples.Texts(positions);
        var terms = Terms.Fit(kind, texts);
        var regression = new LogisticRegression(terms.Count, samples.Truth.Names.Count);
        using var scope = NewDisposeScope();
        var loss = regression.Fit(terms.Rows(texts), samples.Targets(positions, CPU), penalty, cancellation);
        return (new Baseline(regression, terms), loss);
    }

    public static Baseline Load(SafetensorsFile file, int classes)
    {
        var terms = Terms.Load(file, Prefix);
        var regression = new LogisticRegression(terms.Count, classes);
        regression.LoadTensors(file, Prefix);
        return new Baseline(regression, terms);
    }

    /// <returns>The most probable class of every sample.</returns>
    public int[] Predict(LabelledSamples samples)
    {
        var predicted = new List<int>(samples.Count);
        foreach (var chunk in Enumerable.Range(0, samples.Count).Chunk(Chunk))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            predicted.AddRange(CategoricalTask.Best(_regression.Logits(_terms.Rows(samples.Texts(chunk)))));
        }

        return [.. predicted];
    }

    public IEnumerable<SafetensorsTensor> Tensors() => [.. _regression.Tensors(Prefix), .. _terms.Tensors(Prefix)];

    public void Dispose() => _regression.Dispose();
}
