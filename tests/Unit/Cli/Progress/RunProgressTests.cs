using Pipeline.Cli.Progress;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Progress;

public sealed class RunProgressTests
{
    private readonly HandClock _clock = new();

    /// <summary>A clock that goes when it is told to.</summary>
    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(int seconds) => _ticks += TimeSpan.TicksPerSecond * seconds;
    }

    [Fact]
    public void A_finished_stage_ends_those_before_it_and_begins_the_next()
    {
        var progress = new RunProgress(_clock);
        progress.Start();

        progress.Finish(Stage.PseudoLabels, "run");

        Assert.Equal(
            [StageState.Done, StageState.Done, StageState.Running, StageState.Waiting, StageState.Waiting],
            progress.Stages.Select(stage => stage.State));
    }

    [Fact]
    public void Messages_that_overtake_each_other_do_not_turn_progress_back()
    {
        var progress = new RunProgress(_clock);

        progress.Advance(new StageProgressed("run", Stage.FineTuning, 7, 10));
        progress.Advance(new StageProgressed("run", Stage.FineTuning, 6, 10));

        Assert.Equal(7, progress.Stages[Stage.FineTuning - Stage.Ingestion].Done);
    }

    [Fact]
    public void Time_left_is_told_by_what_was_done_since_the_first_word()
    {
        var progress = new RunProgress(_clock);
        progress.Advance(new StageProgressed("run", Stage.FineTuning, 50, 100));
        _clock.Pass(seconds: 10);
        progress.Advance(new StageProgressed("run", Stage.FineTuning, 70, 100));

        Assert.Equal(TimeSpan.FromSeconds(15), progress.Stages[Stage.FineTuning - Stage.Ingestion].Left(progress.Now));
    }

    [Fact]
    public void A_held_out_measure_is_shown_until_the_next_one()
    {
        var progress = new RunProgress(_clock);
        var measure = new HeldOutMeasure(new Dictionary<string, double> { ["rotation"] = 0.6 }, 1, 10, 100);
        progress.Advance(new PretrainingProgressed("run", 0, 10, 100, new PretrainingPoint(10, 1.2, 1e-3, measure), 2600));
        progress.Advance(new PretrainingProgressed("run", 0, 20, 100, new PretrainingPoint(20, 1.1, 1e-3, null), 2600));

        Assert.Equal(0.6, progress.Stages[Stage.Pretraining - Stage.Ingestion].Training?.HeldOut?["rotation"]);
    }

    [Fact]
    public void Steps_of_several_encoders_are_added_up()
    {
        var progress = new RunProgress(_clock);
        progress.Start(encoders: 2);
        foreach (var (seed, step) in ((ulong, long)[])[(4, 10), (5, 30), (4, 20)])
            progress.Advance(new PretrainingProgressed("run", 0, step, 100, new PretrainingPoint(step, 1.2, 1e-3, null), 2600, seed));

        var stage = progress.Stages[Stage.Pretraining - Stage.Ingestion];
        Assert.Equal((50, 200, "seed 4, slice 1"), (stage.Done, stage.Total, StageText.Slice(stage)));
    }

    [Theory]
    [InlineData(Modalities.Image, "2600 views/s")]
    [InlineData(Modalities.Text, "2600 tokens/s")]
    [InlineData(Modalities.Dna, "2600 tokens/s")]
    public void Speed_is_told_in_what_is_counted(string modality, string speed)
    {
        var progress = new RunProgress(_clock);
        progress.Start(modality);
        progress.Advance(new PretrainingProgressed("run", 0, 10, 100, new PretrainingPoint(10, 1.2, 1e-3, null), 2600));

        Assert.Equal(["loss 1.20", speed], StageText.Figures(progress.Stages[Stage.Pretraining - Stage.Ingestion]));
    }

    [Fact]
    public void A_failure_ends_only_what_was_in_hand()
    {
        var progress = new RunProgress(_clock);
        progress.Start();
        progress.Finish(Stage.Ingestion, "run");

        progress.End(new RunOutcome.Failed(new RunFailed("run", Stage.PseudoLabels, "Why.")));

        Assert.Equal([StageState.Done, StageState.Failed, StageState.Waiting], progress.Stages.Take(3).Select(stage => stage.State));
    }
}
