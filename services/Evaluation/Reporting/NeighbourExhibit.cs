using Pipeline.Learning.Pretexts;

namespace Pipeline.Evaluation.Reporting;

/// <summary>Validation samples and what is near them.</summary>
/// <param name="Pool">Training samples that were looked at.</param>
public sealed record NeighbourExhibit(int Pool, string Readout, IReadOnlyList<NeighbourRow> Rows)
{
    /// <summary>Stands for the class of a sample without one.</summary>
    public const string NoLabel = "no label";
}

/// <param name="Pretrained">Nearest first, by the pretrained encoder.</param>
/// <param name="Random">The same by random weights.</param>
public sealed record NeighbourRow(ExhibitItem Sample, IReadOnlyList<ExhibitItem> Pretrained, IReadOnlyList<ExhibitItem> Random);
