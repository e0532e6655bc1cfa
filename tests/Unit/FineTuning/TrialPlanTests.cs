using Pipeline.Artifacts;
using Pipeline.FineTuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.FineTuning;

public sealed class TrialPlanTests
{
    private static readonly FineTuningSpec Spec =
        new() { Labels = [10, 100], Draws = 3, LearningRates = [1e-3, 3e-3], Readout = ["mean"] };

    private static readonly Experiment Plan = ToyDataset.Experiment with { FineTuning = Spec };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_arm_is_tried_at_every_label_count_draw_and_rate_of_its_grid()
    {
        var trials = TrialPlan.Trials(Plan);

        // Two tuned arms with two rates, two probes, and a baseline with two descriptions.
        Assert.Equal((2 * 3 * 2 * 2) + (2 * 3 * 2) + (2 * 3 * 2), trials.Count);
        Assert.Equal(trials.Count, trials.Distinct().Count());
        Assert.All(trials, trial => Assert.Contains(
            trial.LearningRate, trial.Arm switch
            {
                Arm.Pretrained or Arm.Scratch => Spec.LearningRates,
                _ => [0],
            }));
        Assert.All(trials.GroupBy(trial => (trial.Arm, trial.Labels)),
            group => Assert.Equal([0, 1, 2], group.Select(trial => trial.Draw).Distinct()));
    }

    [Fact]
    public void Arms_with_a_pretrained_encoder_are_tried_with_each_and_the_others_once()
    {
        var spec = Spec with { Arms = [Arm.Baseline, Arm.Propagation] };
        var alone = TrialPlan.Trials(Plan with { FineTuning = spec });
        var seeds = new PretrainingSpec { Seeds = [3, 1] };

        var trials = TrialPlan.Trials(Plan with { FineTuning = spec, Pretraining = seeds });

        foreach (var arm in alone.Select(trial => trial.Arm).Distinct())
        {
            ulong?[] expected = TrialArms.Of(arm).Pretrained ? [3, 1] : [null];
            Assert.Equal(
                expected.SelectMany(seed => alone.Where(trial => trial.Arm == arm).Select(trial => trial with { PretrainingSeed = seed })),
                trials.Where(trial => trial.Arm == arm));
        }

        // The first encoder goes with what has none; then comes the second.
        Assert.Equal([0, 1], trials.Select(trial => seeds.PlaceOf(trial.PretrainingSeed)).Aggregate(
            new List<int>(), (places, place) => places is [.., var last] && last == place ? places : [.. places, place]));
    }

    [Fact]
    public void Arms_that_tune_the_network_share_its_grid() =>
        Assert.Equal(
            Spec.LearningRates,
            TrialPlan.Trials(Plan with { FineTuning = Spec with { Arms = [Arm.Lora, Arm.LayerDecay] } })
            .Where(trial => trial is { Arm: Arm.Lora, Labels: 10, Draw: 0 })
            .Select(trial => trial.LearningRate));

    [Fact]
    public async Task Whoever_notes_the_last_result_gets_the_list_of_all_in_the_order_of_the_trials()
    {
        using var data = await ToyDataset.CreateAsync((Split.Train, 1));
        var set = new TrialSet(data.Store);
        var trials = TrialPlan.Trials(Plan).Take(4).ToList();
        var done = 0;
        foreach (var number in new[] { 2, 0, 2, 3 })
        {
            var (count, none) = await set.AddAsync("run", trials, trials[number], Result(number), Token);
            Assert.Null(none);
            done = count;
        }

        Assert.Equal(3, done);
        var (all, manifest) = await set.AddAsync("run", trials, trials[1], Result(1), Token);

        Assert.Equal(4, all);
        var read = await data.Store.ReadManifestAsync<TrialsManifest>(manifest!.Key, Token);
        Assert.Equal(Enumerable.Range(0, 4).Select(Result), read.Results);
        Assert.Equal(manifest, (await set.AddAsync("run", trials, trials[0], Result(0), Token)).Trials);
    }

    private static ArtifactReference Result(int number) => new($"trials/{number}", "sha256:" + number, number);
}
