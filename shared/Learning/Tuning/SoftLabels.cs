using Pipeline.Learning.Tasks;

namespace Pipeline.Learning.Tuning;

/// <summary>What a student is taught: samples with a probability of each class.</summary>
public sealed class SoftLabels
{
    private readonly IReadOnlyList<int> _positions;
    private readonly float[] _classes;

    /// <param name="samples">Of which no label is read.</param>
    /// <param name="positions">Places in <paramref name="samples"/>, N of them.</param>
    /// <param name="classes">Shape [N, K]: how likely each class is; rows of zeros are not taught.</param>
    /// <param name="temperature">Probabilities are taken to the power of 1 / temperature and brought to a sum of 1 again: below 1 they
    /// become surer.</param>
    public SoftLabels(LabelledSamples samples, IReadOnlyList<int> positions, float[] classes, double temperature)
    {
        (Samples, _positions, Classes) = (samples, positions, classes.Length / positions.Count);
        _classes = [.. classes.Chunk(Classes).SelectMany(row =>
        {
            double[] powers = [.. row.Select(value => Math.Pow(value, 1 / temperature))];
            var sum = powers.Sum();
            return powers.Select(power => sum > 0 ? (float)(power / sum) : 0);
        })];
    }

    public LabelledSamples Samples { get; }

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>N.</summary>
    public int Count => _positions.Count;

    /// <param name="place">Below <see cref="Count"/>.</param>
    public int Position(int place) => _positions[place];

    /// <summary>Whether a label reached the sample.</summary>
    public bool IsTaught(int place) => Of(place).IndexOfAnyExcept(0f) >= 0;

    /// <returns>Shape [K].</returns>
    public ReadOnlySpan<float> Of(int place) => _classes.AsSpan(place * Classes, Classes);
}
