using Pipeline.Learning.Pretexts;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

public sealed class MaskedTokenBatchesTests
{
    private static readonly PretrainingSpec Spec = ToySequences.Experiment.Pretraining;

    [Fact]
    public async Task An_epoch_shows_each_sample_once_but_for_those_that_fill_no_batch()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        var batches = new MaskedTokenBatches(samples, Spec);

        Assert.Equal((8, 4L, 8L), (batches.BatchSize, batches.BatchesPerEpoch, batches.Steps));
        foreach (var epoch in new[] { 0, 1 })
        {
            var shown = Enumerable.Range(4 * epoch, 4).SelectMany(step => Rows(((MaskedTokenBatch)batches.Training(step)))).ToList();
            Assert.Equal(32, shown.Count);
            Assert.Equal(32, shown.Distinct().Count());
            Assert.Subset(ToySequences.Texts(Split.Train).ToHashSet(), shown.ToHashSet());
        }

        Assert.NotEqual(Rows(((MaskedTokenBatch)batches.Training(0))), Rows(((MaskedTokenBatch)batches.Training(4))));
    }

    [Fact]
    public async Task A_batch_is_a_function_of_seed_and_step()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        var forward = new MaskedTokenBatches(samples, Spec);
        var all = Enumerable.Range(0, 8).Select(step => Text((MaskedTokenBatch)forward.Training(step))).ToList();
        var backward = new MaskedTokenBatches(samples, Spec);

        Assert.Equal(all, Enumerable.Range(0, 8).Reverse().Select(step => Text((MaskedTokenBatch)backward.Training(step))).Reverse());
        Assert.NotEqual(all[3], Text((MaskedTokenBatch)new MaskedTokenBatches(samples, Spec with { Seed = 2 }).Training(3)));
    }

    [Fact]
    public async Task Samples_of_a_batch_are_about_equally_long()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        var batches = new MaskedTokenBatches(samples, Spec);

        // All fit into one pool: by length, the batches follow one another without overlap.
        var extents = Enumerable.Range(0, 4).Select(step => Rows(((MaskedTokenBatch)batches.Training(step))).Select(text => text.Length).ToList())
            .Select(lengths => (Min: lengths.Min(), Max: lengths.Max())).OrderBy(extent => extent.Min).ThenBy(extent => extent.Max)
            .ToList();

        Assert.All(extents.Zip(extents.Skip(1)), pair => Assert.True(pair.First.Max <= pair.Second.Min));
        Assert.All(Enumerable.Range(0, 4),
            step => Assert.Equal(Rows(((MaskedTokenBatch)batches.Training(step))).Max(text => text.Length) + 2, ((MaskedTokenBatch)batches.Training(step)).Tokens.Length / 8));
    }

    [Fact]
    public async Task The_first_epoch_draws_the_masks_that_the_shards_hold_and_the_next_draws_others()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);
        var batches = new MaskedTokenBatches(samples, Spec);
        var stored = Masks(((MaskedTokenBatch)batches.Plain(0, samples.Count))).ToHashSet();

        Assert.Equal(38, stored.Count);
        Assert.All(Enumerable.Range(0, 4).SelectMany(step => Masks(((MaskedTokenBatch)batches.Training(step)))), mask => Assert.Contains(mask, stored));
        Assert.Contains(Enumerable.Range(4, 4).SelectMany(step => Masks(((MaskedTokenBatch)batches.Training(step)))), mask => !stored.Contains(mask));
    }

    [Fact]
    public async Task Tokens_stand_between_start_and_end_and_padding_fills_the_rest()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Validation);
        var texts = ToySequences.Texts(Split.Validation);
        var batch = ((MaskedTokenBatch)new MaskedTokenBatches(samples, Spec).Plain(2, 3));
        var length = batch.Tokens.Length / 3;
        var whole = Whole(batch);

        Assert.Equal(texts[2..5].Max(text => text.Length) + 2, length);
        Assert.Equal(texts[2..5].Sum(text => text.Length), batch.Views);
        for (var i = 0; i < 3; i++)
        {
            var text = texts[2 + i];
            long[] expected = [2, .. ToySequences.Tokenizer.Encode(text).Ids.Select(id => (long)id), 3,
                .. new long[length - text.Length - 2]];
            Assert.Equal(expected, whole[(i * length)..((i + 1) * length)]);
        }

        // A fifth of each sample's tokens.
        Assert.Equal(texts[2..5].Sum(text => (int)Math.Round(text.Length * 0.2)), batch.Places.Length);
        Assert.Contains(batch.Places, place => batch.Tokens[place] == ToySequences.Tokenizer.Special.Mask);
    }

    [Fact]
    public async Task Fewer_samples_than_a_batch_make_one()
    {
        using var data = await ToySequences.CreateAsync();
        using var samples = await OpenAsync(data, Split.Train);

        Assert.Equal((38, 2L), (new MaskedTokenBatches(samples, Spec with { Batch = 100 }).BatchSize,
            new MaskedTokenBatches(samples, Spec with { Batch = 100 }).Steps));
    }

    [Fact]
    public async Task Samples_longer_than_the_positions_are_refused()
    {
        using var data = await ToySequences.CreateAsync();
        var tokenizer = data.PseudoLabels.Tokenizer!;
        var manifest = data.PseudoLabels with { Tokenizer = tokenizer with { Spec = tokenizer.Spec with { Length = 16 } } };

        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            MaskedTokenSamples.OpenAsync(data.Store, data.Manifest, manifest, Split.Train, TestContext.Current.CancellationToken));

        Assert.Contains("a sample of 15 tokens. Samples must have at most 14", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pseudo_labels_of_images_and_missing_shards_are_refused()
    {
        using var data = await ToySequences.CreateAsync();
        Task<MaskedTokenSamples> Open(PseudoLabelManifest manifest) =>
            MaskedTokenSamples.OpenAsync(data.Store, data.Manifest, manifest, Split.Train, TestContext.Current.CancellationToken);

        var images = await Assert.ThrowsAsync<PipelineException>(() =>
            Open(data.PseudoLabels with { Task = "rotation", Tokenizer = null }));
        var missing = await Assert.ThrowsAsync<PipelineException>(() =>
            Open(data.PseudoLabels with { Shards = [.. data.PseudoLabels.Shards.Skip(1)] }));

        Assert.Contains("'rotation' must be those of masked-token", images.Message, StringComparison.Ordinal);
        Assert.Contains("samples/0.safetensors", missing.Message, StringComparison.Ordinal);
    }

    private static Task<MaskedTokenSamples> OpenAsync(ToySequences data, Split split) =>
        MaskedTokenSamples.OpenAsync(data.Store, data.Manifest, data.PseudoLabels, split, TestContext.Current.CancellationToken);

    /// <summary>The tokens before they were masked.</summary>
    private static long[] Whole(MaskedTokenBatch batch)
    {
        var tokens = batch.Tokens.ToArray();
        foreach (var (place, target) in batch.Places.Zip(batch.Targets))
        {
            tokens[place] = target;
        }

        return tokens;
    }

    private static List<string> Rows(MaskedTokenBatch batch) =>
        [.. Whole(batch).Chunk(batch.Tokens.Length / batch.Samples)
            .Select(row => string.Concat(row.Where(token => token > 4).Select(token => ToySequences.Tokenizer.NameOf((int)token))))];

    // Of each sample its tokens, and as it is shown, without padding.
    private static List<string> Masks(MaskedTokenBatch batch) =>
        [.. Rows(batch).Zip(batch.Tokens.Chunk(batch.Tokens.Length / batch.Samples), (text, row) =>
            $"{text} {string.Join(' ', row.Where(token => token != 0))}")];

    private static string Text(MaskedTokenBatch batch) =>
        $"{batch.Step} {string.Join(' ', batch.Tokens)} {string.Join(' ', batch.Places)} {string.Join(' ', batch.Targets)} {batch.Views}";
}
