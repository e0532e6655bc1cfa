using Pipeline.Cli.Remote;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Remote.Following;

public sealed class FollowedRunTests
{
    private static readonly Experiment Tiny = new()
    {
        Name = "tiny",
        Data = "tiny",
        Pretext = ["rotation"],
        Pretraining = new PretrainingSpec { Epochs = 1 },
        FineTuning = new FineTuningSpec { Labels = [6] },
    };

    private static readonly string Key = ExperimentArtifact.KeyOf(Tiny);

    private readonly Guid _conversation = Guid.NewGuid();

    [Fact]
    public void Before_a_run_has_its_id_what_follows_from_its_command_is_meant()
    {
        var run = Run();

        Assert.True(run.IsMeant(null, null, _conversation));
        Assert.False(run.IsMeant(null, null, Guid.NewGuid()));
        Assert.False(run.IsMeant(null, null, null));
    }

    [Fact]
    public void Of_several_runs_that_one_command_asked_for_each_has_its_own_experiment()
    {
        Assert.True(Run().IsMeant(Reference("tiny-1", Key), "tiny-1", _conversation));
        Assert.False(Run().IsMeant(Reference("other-1", "experiments/other-0123456789ab.json"), "other-1", _conversation));
    }

    [Fact]
    public void Once_a_run_has_its_id_that_alone_counts()
    {
        var run = Run();
        run.Finish(Stage.Ingestion, "tiny-1");

        Assert.True(run.IsMeant(null, "tiny-1", null));
        Assert.True(run.IsMeant(Reference("tiny-1", Key), "tiny-1", Guid.NewGuid()));
        Assert.False(run.IsMeant(Reference("tiny-2", Key), "tiny-2", _conversation));
        Assert.False(run.IsMeant(null, null, _conversation));
    }

    private FollowedRun Run() => new(Tiny, _conversation, TimeProvider.System);

    private static RunReference Reference(string run, string experiment) =>
        new(run, new ArtifactReference(experiment, "sha256:0", 1), new ArtifactReference("datasets/tiny/1/manifest.json", "sha256:1", 1));
}
