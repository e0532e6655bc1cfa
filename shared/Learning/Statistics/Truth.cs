namespace Pipeline.Learning.Statistics;

/// <summary>What should have been answered.</summary>
/// <param name="Labels">Classes of the samples; of tagged sequences, the tags of their words, one sequence after another.</param>
/// <param name="Names">Of the classes or tags; a label is an index into it.</param>
/// <param name="Starts">Of tagged sequences, where each begins in <paramref name="Labels"/>; null where every label is a sample of its own.</param>
public sealed record Truth(IReadOnlyList<int> Labels, IReadOnlyList<string> Names, IReadOnlyList<int>? Starts = null)
{
    public bool Tagged => Starts is not null;

    /// <summary>What a resample draws: samples, or whole sequences.</summary>
    public int Samples => Starts?.Count ?? Labels.Count;

    /// <summary>The labels of one sample.</summary>
    public Range Of(int sample) =>
        Starts is null ? sample..(sample + 1) : Starts[sample]..(sample + 1 < Starts.Count ? Starts[sample + 1] : Labels.Count);
}
