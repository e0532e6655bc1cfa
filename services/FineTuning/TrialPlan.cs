using Pipeline.Artifacts;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tuning.Arms;

namespace Pipeline.FineTuning;

/// <summary>Which trials an experiment consists of, and where their results lie.</summary>
public static class TrialPlan
{
    /// <summary>Raised when the same inputs would train another model.</summary>
    private const int Format = 5;

    /// <summary>Every arm that suits the task at every label count, draw and setting of its grid.</summary>
    public static IReadOnlyList<Trial> Trials(Experiment experiment) => experiment.FineTuning is var spec ?
    [
        .. from arm in (Arm[])[Arm.Pretrained, Arm.Scratch, Arm.Frozen, Arm.FrozenRandom, .. spec.Arms]
           where TrialArms.Of(arm).Suits(TaskList.Named(spec.Task), experiment.Modality)
           from readout in TrialArms.Of(arm).Readouts(experiment)
           from labels in spec.Labels
           from draw in Enumerable.Range(0, spec.Draws)
           from rate in TrialArms.Of(arm).Grid(spec)
           select new Trial(arm, labels, draw, rate, readout),
    ] : [];

    /// <summary>Where a trial's outputs lie. Trials from random weights are shared by all runs over a dataset version.</summary>
    public static string Root(Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Trial trial)
    {
        var key = ContentKey.Of(ArtifactKinds.Trial, Format, new
        {
            samples = dataset.Shards.Where(shard => shard.Split != Split.Test).Select(shard => shard.File.Digest),
            classes = LabelTasks.Named(experiment.FineTuning.Task).Answers(dataset).Count,
            trial,
            experiment.FineTuning.Seed,
            arm = TrialArms.Of(trial.Arm).Inputs(experiment, encoder),
        });
        return $"trials/{key}";
    }

    public static string ResultKey(string root) => $"{root}/result.json";
}
