using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Learning.Tuning;

namespace Pipeline.FineTuning;

/// <summary>Which trials an experiment consists of, and where their results lie.</summary>
public static class TrialPlan
{
    /// <summary>Raised when the same inputs would train another model.</summary>
    private const int Format = 3;

    /// <summary>Every arm at every label count, draw and learning rate of its grid. Tagging has no baseline.</summary>
    public static IReadOnlyList<Trial> Trials(FineTuningSpec spec) =>
    [
        .. from arm in (Arm[])[Arm.Pretrained, Arm.Scratch, Arm.Frozen, Arm.FrozenRandom, .. spec.Arms.Where(arm => arm != Arm.Baseline || spec.Task != LabelledSplits.Tagging)]
           from labels in spec.Labels
           from draw in Enumerable.Range(0, spec.Draws)
           from rate in Grid(spec, arm)
           select new Trial(arm, labels, draw, rate),
    ];

    private static IReadOnlyList<double> Grid(FineTuningSpec spec, Arm arm) =>
        arm == Arm.Baseline ? spec.BaselinePenalties : Probes(arm) ? spec.ProbeLearningRates : spec.LearningRates;

    /// <summary>Whether only a linear head is trained.</summary>
    public static bool Probes(Arm arm) => arm is Arm.Frozen or Arm.FrozenRandom;

    /// <summary>Whether it starts from what pretraining left.</summary>
    public static bool Pretrained(Arm arm) => arm is Arm.Pretrained or Arm.Frozen or Arm.Lora or Arm.LayerDecay;

    /// <summary>
    /// Where a trial's outputs lie. Its key holds no more than what the trial depends on: trials from random weights are shared by all runs over a dataset version.
    /// </summary>
    public static string Root(Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Trial trial)
    {
        var spec = experiment.FineTuning;
        var samples = dataset.Shards.Where(shard => shard.Split != Split.Test).Select(shard => shard.File.Digest);
        var (classes, tagging) = spec.Task == LabelledSplits.Tagging ? (dataset.Tags.Count, true) : (dataset.Classes.Count, false);
        var key = trial.Arm == Arm.Baseline
            ? ContentKey.Of(Stage.FineTuning, Format, new
            {
                samples,
                classes,
                // Of sequences it chooses what to count by the metric.
                metric = encoder.Tokenizer is null ? null : experiment.Evaluation.Metric,
                trial,
                spec.Seed,
            })
            : ContentKey.Of(Stage.FineTuning, Format, new
            {
                samples,
                classes,
                tagging,
                tokenizer = encoder.Tokenizer,
                weights = Pretrained(trial.Arm) ? encoder.File.Digest : null,
                architecture = experiment.Encoder,
                trial,
                rank = trial.Arm == Arm.Lora ? spec.LoraRank : (int?)null,
                decay = trial.Arm == Arm.LayerDecay ? spec.LayerDecay : (double?)null,
                spec.Steps,
                spec.Batch,
                spec.WeightDecay,
                spec.Augmentation,
                spec.Seed,
            });
        return $"trials/{key}";
    }

    public static string ResultKey(string root) => $"{root}/result.json";
}
