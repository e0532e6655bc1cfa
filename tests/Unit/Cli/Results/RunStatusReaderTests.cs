using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Results;
using Pipeline.FineTuning;
using Pipeline.Hosting.Runs;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Results;

public sealed class RunStatusReaderTests : IDisposable
{
    private static readonly Experiment Tiny =
        new() { Name = "tiny", Data = "tiny", Pretext = ["rotation"], FineTuning = new FineTuningSpec { Labels = [6], Draws = 2 } };

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-status-").FullName;
    private readonly FolderArtifactStore _store;
    private readonly RunLedger _ledger;

    public RunStatusReaderTests()
    {
        _store = new FolderArtifactStore(_folder);
        _ledger = new RunLedger(_store);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_failed_run_tells_the_stage_and_the_reason_until_the_failure_is_taken_back()
    {
        await BeginAsync();
        await _ledger.RecordFailureAsync(new RunFailed("tiny-1", Stage.PseudoLabels, "No sample is left.", "label-shard_error"));
        var failed = await StatusAsync();
        await _ledger.TakeBackFailureAsync("tiny-1");

        Assert.Equal(RunState.Failed, failed.State);
        Assert.Equal(new RunFailure(Stage.PseudoLabels, "No sample is left.", "label-shard_error"), failed.Failure);
        Assert.Equal("pseudo-labels failed: No sample is left.", failed.Cells[1]);
        Assert.Equal(RunState.Running, (await StatusAsync()).State);
    }

    [Fact]
    public async Task A_cancelled_run_stays_cancelled_when_a_failure_is_taken_back()
    {
        await BeginAsync();
        await _ledger.CancelAsync(new CancelRun("tiny-1"));
        await _ledger.RecordFailureAsync(new RunFailed("tiny-1", Stage.PseudoLabels, "No sample is left."));
        await _ledger.TakeBackFailureAsync("tiny-1");

        Assert.Equal(RunState.Cancelled, (await StatusAsync()).State);
    }

    [Fact]
    public async Task While_it_fine_tunes_a_run_tells_how_many_trials_of_how_many_are_done()
    {
        var run = await BeginAsync();
        await _ledger.RecordAsync(Stage.PseudoLabels, new PseudoLabelsReady(run, []));
        await _ledger.RecordAsync(Stage.Pretraining, new EncoderReady(run, run.Dataset));
        var trials = TrialPlan.Trials(Tiny);
        await new TrialSet(_store).AddAsync("tiny-1", trials, trials[3], run.Dataset, TestContext.Current.CancellationToken);

        var status = await StatusAsync();

        Assert.Equal((Stage.FineTuning, 1, trials.Count), (status.Stage, status.TrialsDone, status.Trials));
        Assert.Equal($"1/{trials.Count} trials", status.Cells[3]);
    }

    private async Task<RunReference> BeginAsync()
    {
        var experiment = (await _store.CreateManifestAsync("experiments/tiny.json", Tiny)).Reference;
        var run = new RunReference("tiny-1", experiment, experiment with { Key = "datasets/tiny/1/manifest.json" });
        await _ledger.RecordAsync(Stage.Ingestion, new DatasetCommitted(run));
        return run;
    }

    private async Task<RunStatus> StatusAsync() =>
        Assert.Single(await new RunStatusReader(_store, _ledger).ReadAllAsync(TestContext.Current.CancellationToken));
}
