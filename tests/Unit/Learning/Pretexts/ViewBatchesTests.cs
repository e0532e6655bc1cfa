using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

public sealed class ViewBatchesTests
{
    private const long NoLabel = PretextBatch.NoLabel;

    /// <summary>The numbers of the training samples by their place in the split: the validation shard lies between its two.</summary>
    private static readonly int[] TrainingSamples = [.. Enumerable.Range(0, 20), .. Enumerable.Range(40, 20)];

    [Theory]
    [InlineData("rotation")]
    [InlineData("flip")]
    [InlineData("rotation-flip")]
    public async Task An_epoch_shows_every_usable_sample_once_at_most_in_all_its_views(string name)
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, name);
        var task = (ViewPretext)PretextList.Named(name);
        var batches = new ViewBatches(samples, new PretrainingSpec { Batch = 7, Epochs = 3, Augmentation = new AugmentationSpec() });

        // 40 samples, of which 4 are plain and 4 symmetric, which is no difficulty for turns.
        Assert.Equal(name == "rotation" ? 36 : 32, samples.Usable.Count);
        Assert.Equal(samples.Usable.Count / 7, batches.BatchesPerEpoch);
        Assert.Equal(3 * batches.BatchesPerEpoch, batches.Steps);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var seen = new List<int>();
            for (var step = epoch * batches.BatchesPerEpoch; step < (epoch + 1) * batches.BatchesPerEpoch; step++)
            {
                var batch = ((PretextBatch)batches.Training(step));
                Assert.Equal(step, batch.Step);
                Assert.Equal(7 * task.Views.Count, batch.Views);
                Assert.Empty(batch.Augmentation);
                seen.AddRange(Samples(batch));
                AssertLabels(batch, task);
            }

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.DoesNotContain(seen, ToyDataset.Plain);
            Assert.True(name == "rotation" || !seen.Any(ToyDataset.Symmetric));
        }
    }

    [Fact]
    public async Task Tasks_that_are_trained_jointly_share_the_views_that_both_ask_for()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, "rotation", "flip");
        var batches = new ViewBatches(samples, new PretrainingSpec { Batch = 36, Augmentation = new AugmentationSpec() });

        var batch = ((PretextBatch)batches.Training(0));

        var shown = Samples(batch);
        Assert.Equal(36, shown.Count);
        Assert.Equal((32 * 6) + (4 * 4), batch.Views);
        var row = 0;
        for (var view = 0; view < View.Count; view++)
        {
            foreach (var sample in batch.SamplesByView[view].Select(place => shown[(int)place]))
            {
                Assert.Equal(view < 4 ? view : NoLabel, batch.Labels[0][row]);
                Assert.Equal(ToyDataset.Symmetric(sample) ? NoLabel : view switch { 0 => 0, 4 => 1, 6 => 2, 2 => 3, _ => NoLabel },
                    batch.Labels[1][row]);
                row++;
            }
        }

        Assert.Equal(row, batch.Views);
        Assert.DoesNotContain(Enumerable.Range(0, row), i => batch.Labels.All(labels => labels[i] == NoLabel));
    }

    [Fact]
    public async Task A_batch_depends_on_seed_and_step_whoever_asks_and_in_whatever_order()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, "rotation");
        var spec = ToyDataset.Experiment.Pretraining with { Epochs = 3 };
        var forwards = new ViewBatches(samples, spec);
        var backwards = new ViewBatches(samples, spec);
        var steps = Enumerable.Range(0, (int)forwards.Steps).Select(step => (long)step).ToList();

        var first = steps.Select(step => Text(((PretextBatch)forwards.Training(step)))).ToList();
        var second = Enumerable.Reverse(steps).Select(step => Text(((PretextBatch)backwards.Training(step)))).Reverse().ToList();

        Assert.Equal(first, second);
        Assert.Equal(first.Count, first.Distinct().Count());
        Assert.NotEqual(first[0], Text(((PretextBatch)new ViewBatches(samples, spec with { Seed = 2 }).Training(0))));
    }

    [Fact]
    public async Task Each_epoch_has_an_order_of_its_own()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, "rotation");
        var batches = new ViewBatches(samples, new PretrainingSpec { Batch = 36, Epochs = 2 });

        var (first, second) = (Samples(((PretextBatch)batches.Training(0))), Samples(((PretextBatch)batches.Training(1))));

        Assert.Equal(first.Order(), second.Order());
        Assert.NotEqual(first, second);
        Assert.NotEqual(first.Order(), first);
    }

    [Fact]
    public async Task Every_row_is_changed_in_its_own_way()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, "rotation");
        var batches = new ViewBatches(samples, ToyDataset.Experiment.Pretraining);

        var rows = new[] { 0L, 1L, batches.BatchesPerEpoch }.SelectMany(step =>
            ((PretextBatch)batches.Training(step)).Augmentation.Chunk(Augmentation.Numbers)).ToList();

        Assert.Equal(3 * 8 * 4, rows.Count);
        Assert.Equal(rows.Count, rows.Select(row => string.Join(' ', row)).Distinct().Count());
    }

    [Fact]
    public async Task Measuring_sees_samples_in_their_own_order_as_they_are()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, "rotation");

        var batch = ((PretextBatch)new ViewBatches(samples, ToyDataset.Experiment.Pretraining).Plain(5, 20));

        Assert.Equal(TrainingSamples.Where(sample => !ToyDataset.Plain(sample)).Skip(5).Take(20), Samples(batch));
        Assert.Empty(batch.Augmentation);
    }

    [Fact]
    public async Task A_batch_larger_than_the_data_is_as_large_as_the_data()
    {
        using var data = await ToyDataset.CreateAsync();
        using var samples = await OpenAsync(data, "rotation");
        var batches = new ViewBatches(samples, new PretrainingSpec { Batch = 1000, Epochs = 5 });

        Assert.Equal((36, 1L, 5L), (batches.BatchSize, batches.BatchesPerEpoch, batches.Steps));
    }

    [Fact]
    public async Task Pseudo_labels_of_other_samples_are_refused()
    {
        using var data = await ToyDataset.CreateAsync();
        var manifests = await data.PseudoLabelsAsync(ToyDataset.Experiment);
        PseudoLabelManifest[] others = [manifests[0] with { Shards = [.. manifests[0].Shards.Take(1)] }];

        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            ViewSamples.OpenAsync(data.Store, data.Manifest, others, Split.Train, TestContext.Current.CancellationToken));

        Assert.Contains("'rotation'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'samples/2.safetensors'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ViewSamples> OpenAsync(ToyDataset data, params string[] tasks)
    {
        var manifests = await data.PseudoLabelsAsync(ToyDataset.Experiment with { Pretext = tasks });
        return await ViewSamples.OpenAsync(data.Store, data.Manifest, manifests, Split.Train);
    }

    /// <summary>Every sample in every view of the task, and the view's place in the task as the label.</summary>
    private static void AssertLabels(PretextBatch batch, ViewPretext task)
    {
        var row = 0;
        for (var view = 0; view < View.Count; view++)
        {
            var place = task.Views.ToList().IndexOf(View.Of(view));
            Assert.Equal(place < 0 ? [] : Enumerable.Range(0, 7).Select(i => (long)i), batch.SamplesByView[view]);
            foreach (var _ in batch.SamplesByView[view])
                Assert.Equal(place, batch.Labels[0][row++]);
        }
    }

    /// <summary>Which samples the pixels are.</summary>
    private static List<int> Samples(PretextBatch batch)
    {
        var numbers = TrainingSamples.ToDictionary(sample => Convert.ToHexString(ToyDataset.Paint(sample)));
        return [.. batch.Pixels.Chunk(ToyDataset.Size * ToyDataset.Size).Select(pixels => numbers[Convert.ToHexString(pixels)])];
    }

    private static string Text(PretextBatch batch) =>
        string.Join('|', Convert.ToHexString(batch.Pixels), string.Join(' ', batch.SamplesByView.SelectMany(x => x)),
            string.Join(' ', batch.Labels.SelectMany(x => x)), string.Join(' ', batch.Augmentation));
}
