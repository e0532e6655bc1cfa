using Pipeline.Contracts;
using Pipeline.Learning.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>Everything that the report is computed from.</summary>
public sealed record EvaluatedRun
{
    public required string RunId { get; init; }

    public required Experiment Experiment { get; init; }

    public required DatasetManifest Dataset { get; init; }

    /// <summary>What was measured before; null where nothing was.</summary>
    public PreFlight? PreFlight { get; init; }

    /// <summary>One for each pretext task, in the experiment's order.</summary>
    public required IReadOnlyList<PseudoLabelManifest> PseudoLabels { get; init; }

    public required EncoderManifest Encoder { get; init; }

    /// <summary>Every trial of the run, whether its learning rate was chosen or not.</summary>
    public required IReadOnlyList<TrialResult> Trials { get; init; }

    /// <summary>The right answers on the labelled test samples.</summary>
    public required Truth Truth { get; init; }

    /// <summary>One for each trial at its arm's chosen learning rate.</summary>
    public required IReadOnlyList<TestPredictions> Predictions { get; init; }

    /// <summary>Compute seconds that evaluation took.</summary>
    public required double EvaluationSeconds { get; init; }
}

/// <param name="Classes">What was predicted for each of the labels of <see cref="EvaluatedRun.Truth"/>, in their order.</param>
public sealed record TestPredictions(Trial Trial, int[] Classes);
