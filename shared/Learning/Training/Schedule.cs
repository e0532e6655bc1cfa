using Pipeline.Contracts;

namespace Pipeline.Learning.Training;

/// <summary>The learning rate as a function of the step, so that a resumed run needs no schedule state.</summary>
public static class Schedule
{
    public static IReadOnlyList<string> Names { get; } = ["one-cycle", "cosine"];

    private const double WarmUp = 0.3;
    private const double CosineWarmUp = 0.05;

    /// <param name="name">
    /// <c>one-cycle</c>: from peak / 25 up to the peak over 30 % of the steps, then down to peak / 250,000, both along a half cosine (arXiv:1803.09820, as in PyTorch; momentum stays).
    /// <c>cosine</c>: linear warm-up over 5 % of the steps, then a half cosine to 0 (arXiv:1608.03983).
    /// </param>
    /// <param name="step">From 0 to <paramref name="steps"/> − 1.</param>
    public static double LearningRate(string name, double peak, long step, long steps)
    {
        var last = Math.Max(1, steps - 1);
        return name switch
        {
            "one-cycle" when step <= WarmUp * last => Cosine(peak / 25, peak, step / (WarmUp * last)),
            "one-cycle" => Cosine(peak, peak / 25 / 1e4, (step - (WarmUp * last)) / ((1 - WarmUp) * last)),
            "cosine" when step < CosineWarmUp * last => peak * (step + 1) / ((CosineWarmUp * last) + 1),
            "cosine" => Cosine(peak, 0, (step - (CosineWarmUp * last)) / ((1 - CosineWarmUp) * last)),
            _ => throw new PipelineException($"'{name}' is no schedule. Valid are {string.Join(", ", Names)}."),
        };
    }

    private static double Cosine(double from, double to, double progress) =>
        to + ((from - to) * (1 + Math.Cos(Math.PI * progress)) / 2);
}
