using Pipeline.Artifacts;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tuning.Arms;

namespace Pipeline.FineTuning;

/// <summary>Which trials an experiment consists of, and where their results lie.</summary>
public static class TrialPlan
{
    /// <summary>Raised when the same inputs would train another model.</summary>
    private const int Format = 5;

    /// <summary>Every arm that suits the task at every label count, draw and setting of its grid; arms with a pretrained encoder once with
    /// each. Trials with the same encoder stand together.</summary>
    public static IReadOnlyList<Trial> Trials(Experiment experiment) => experiment.FineTuning is var spec ?
    [
        .. from seed in experiment.Pretraining.Seeds?.Select(seed => (ulong?)seed) ?? [null]
           from arm in (Arm[])[Arm.Pretrained, Arm.Scratch, Arm.Frozen, Arm.FrozenRandom, .. spec.Arms]
           where TrialArms.Of(arm).Suits(TaskList.Named(spec.Task), experiment.Modality)
           let pretrained = TrialArms.Of(arm).Pretrained
           where pretrained || experiment.Pretraining.PlaceOf(seed) == 0
           from readout in TrialArms.Of(arm).Readouts(experiment)
           from labels in spec.Labels
           from draw in Enumerable.Range(0, spec.Draws)
           from rate in TrialArms.Of(arm).Grid(spec)
           select new Trial(arm, labels, draw, rate, readout, pretrained ? seed : null),
    ] : [];

    /// <summary>A command for each trial, with its encoder.</summary>
    public static IReadOnlyList<RunTrial> Commands(EncoderReady ready, Experiment experiment) =>
    [
        .. from trial in Trials(experiment)
           let encoder = ready.Encoders?[experiment.Pretraining.PlaceOf(trial.PretrainingSeed)] ?? ready.Encoder
           select new RunTrial(ready.Run, encoder, trial),
    ];

    /// <summary>Where a trial's outputs lie. Trials from random weights are shared by all runs over a dataset version, those from an
    /// encoder by all that have it, alone or among several.</summary>
    public static string Root(Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Trial trial)
    {
        var key = ContentKey.Of(ArtifactKinds.Trial, Format, new
        {
            samples = dataset.Shards.Where(shard => shard.Split != Split.Test).Select(shard => shard.File.Digest),
            classes = LabelTasks.Named(experiment.FineTuning.Task).Answers(dataset).Count,
            trial = trial with { PretrainingSeed = null },
            experiment.FineTuning.Seed,
            arm = TrialArms.Of(trial.Arm).Inputs(experiment, encoder),
        });
        return $"trials/{key}";
    }

    /// <param name="seed">That the trial tells; null where it tells none.</param>
    public static string ResultKey(string root, ulong? seed = null) => seed is null ? $"{root}/result.json" : $"{root}/result-{seed}.json";
}
