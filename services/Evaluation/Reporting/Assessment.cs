using Pipeline.Contracts;
using Pipeline.Learning.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>What <see cref="ReportBuilder"/> finds: the report that others read, and what the page shows beyond it.</summary>
public sealed record Assessment
{
    public required Report Report { get; init; }

    /// <summary>By arm, then by label count.</summary>
    public required IReadOnlyList<ArmResult> Arms { get; init; }

    /// <summary>Of <c>pretrained</c> at the smallest label count, all draws added up.</summary>
    public required ConfusionMatrix PretrainedConfusion { get; init; }

    /// <summary>Of <c>scratch</c> at the smallest label count, all draws added up.</summary>
    public required ConfusionMatrix ScratchConfusion { get; init; }
}

/// <summary>One arm at one label count.</summary>
/// <param name="LearningRate">Chosen on validation.</param>
/// <param name="TestScores">The experiment's metric on the test split by draw, 0 to 1.</param>
/// <param name="Score">Their mean.</param>
/// <param name="Interval">95 %, of the mean.</param>
public sealed record ArmResult(
    Arm Arm, int Labels, double LearningRate, IReadOnlyList<double> TestScores, double Score, Interval Interval);
