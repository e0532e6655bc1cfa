using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Remote;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Remote.Following;

public sealed class FollowedRunTests
{
    private const string Key = "experiments/tiny-0123456789ab.json";

    private readonly Guid conversation = Guid.NewGuid();

    [Fact]
    public void Before_a_run_has_its_id_what_follows_from_its_command_is_meant()
    {
        var run = Run();

        Assert.True(run.IsMeant(null, null, conversation));
        Assert.False(run.IsMeant(null, null, Guid.NewGuid()));
        Assert.False(run.IsMeant(null, null, null));
    }

    [Fact]
    public void Of_several_runs_that_one_command_asked_for_each_has_its_own_experiment()
    {
        Assert.True(Run().IsMeant(Reference("tiny-1", Key), "tiny-1", conversation));
        Assert.False(Run().IsMeant(Reference("other-1", "experiments/other-0123456789ab.json"), "other-1", conversation));
    }

    [Fact]
    public void Once_a_run_has_its_id_that_alone_counts()
    {
        var run = Run();
        run.Progress.Finish(Stage.Ingestion, "tiny-1");

        Assert.True(run.IsMeant(null, "tiny-1", null));
        Assert.True(run.IsMeant(Reference("tiny-1", Key), "tiny-1", Guid.NewGuid()));
        Assert.False(run.IsMeant(Reference("tiny-2", Key), "tiny-2", conversation));
        Assert.False(run.IsMeant(null, null, conversation));
    }

    private FollowedRun Run() => new("tiny", Key, new FolderArtifactStore(Directory.CreateTempSubdirectory("pipeline-followed-").FullName), conversation, TimeProvider.System);

    private static RunReference Reference(string run, string experiment) =>
        new(run, new ArtifactReference(experiment, "sha256:0", 1), new ArtifactReference("datasets/tiny/1/manifest.json", "sha256:1", 1));
}
