using Pipeline.Statistics;

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
/// <param name="TestScores">The experiment's metric on the test split by draw, 0 to 1; of several encoders the mean.</param>
/// <param name="Score">Their mean.</param>
/// <param name="Interval">95 %, of the mean.</param>
public sealed record ArmResult(
    Arm Arm, int Labels, double LearningRate, IReadOnlyList<double> TestScores, double Score, Interval Interval)
{
    /// <summary>Mean test score with each encoder, in the order of the pretraining seeds; one for an arm without one.</summary>
    public IReadOnlyList<double> EncoderScores { get; init; } = [Score];
}

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

    /// <summary>Where there are several, the first.</summary>
    public required EncoderManifest Encoder { get; init; }

    /// <summary>Those of the other pretraining seeds, in their order.</summary>
    public IReadOnlyList<EncoderManifest> FurtherEncoders { get; init; } = [];

    /// <summary>All, in the order of the pretraining seeds.</summary>
    public IReadOnlyList<EncoderManifest> Encoders => [Encoder, .. FurtherEncoders];

    /// <summary>Of all encoders.</summary>
    public PretrainingTime Time => Encoders.Select(encoder => encoder.Time).Aggregate((sum, time) => new PretrainingTime(
        sum.Training + time.Training, sum.Waiting + time.Waiting, sum.Measuring + time.Measuring, sum.Checkpointing + time.Checkpointing,
        sum.Views + time.Views));

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
