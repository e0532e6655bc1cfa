using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Logistic regression without a network: on the pixels of images, or on terms counted in sequences.</summary>
public sealed class Baseline : IDisposable
{
    private const string Prefix = "baseline.";
    private const int Chunk = 1024;

    private readonly LogisticRegression _regression;
    private readonly Terms? _terms;

    private Baseline(LogisticRegression regression, Terms? terms) => (_regression, _terms) = (regression, terms);

    /// <summary>Numbers that were fitted.</summary>
    public long Size => _regression.Size;

    /// <summary>Where sequences can be counted in several ways, the one that does best on validation; of equals the first.</summary>
    /// <param name="penalty">Weight of half the sum of the squared coefficients, above 0.</param>
    /// <param name="metric">What validation goes by.</param>
    /// <returns>The model, its loss by iteration, and its answers on the validation split.</returns>
    public static (Baseline Model, IReadOnlyList<double> Loss, int[] Validation) Fit(
        TrialData data, double penalty, string metric, Device device, CancellationToken cancellation)
    {
        var fits = data.Training.Candidates(data.Draw).DefaultIfEmpty<Terms?>(null)
            .Select(terms => Fit(data, terms, penalty, device, cancellation)).ToList();
        var best = fits.MaxBy(fit => Metrics.Judge(metric, data.Validation.Truth, [fit.Validation]).Mean);
        fits.Remove(best);
        fits.ForEach(fit => fit.Model.Dispose());
        return best;
    }

    public static Baseline Load(SafetensorsFile file, LabelledSamples samples, Device device)
    {
        var terms = Terms.Load(file, Prefix);
        var regression = new LogisticRegression(terms?.Count ?? Features(samples), samples.Truth.Names.Count);
        regression.LoadTensors(file, Prefix);
        regression.to(terms is null ? device : CPU);
        return new Baseline(regression, terms);
    }

    /// <returns>The most probable class of every sample.</returns>
    public int[] Predict(LabelledSamples samples, Device device)
    {
        var predicted = new List<int>(samples.Count);
        foreach (var chunk in Enumerable.Range(0, samples.Count).Chunk(Chunk))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var logits = _regression.Logits(samples.Rows(chunk, _terms, device));
            predicted.AddRange(logits.argmax(1).cpu().data<long>().ToArray().Select(label => (int)label));
        }

        return [.. predicted];
    }

    public IEnumerable<SafetensorsTensor> Tensors() => [.. _regression.Tensors(Prefix), .. _terms?.Tensors(Prefix) ?? []];

    public void Dispose() => _regression.Dispose();

    private static (Baseline Model, IReadOnlyList<double> Loss, int[] Validation) Fit(
        TrialData data, Terms? terms, double penalty, Device device, CancellationToken cancellation)
    {
        var regression = new LogisticRegression(terms?.Count ?? Features(data.Training), data.Training.Truth.Names.Count);
        regression.to(terms is null ? device : CPU);
        using var scope = NewDisposeScope();
        var rows = data.Training.Rows(data.Draw, terms, device);
        var loss = regression.Fit(rows, data.Training.Targets(data.Draw, rows.Device), penalty, cancellation);
        var model = new Baseline(regression, terms);
        return (model, loss, model.Predict(data.Validation, device));
    }

    private static int Features(LabelledSamples samples)
    {
        using var scope = NewDisposeScope();
        return samples.Rows([0], null, CPU).Features;
    }
}
