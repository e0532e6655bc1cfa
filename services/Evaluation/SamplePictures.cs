using Pipeline.Contracts;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Tokens;

namespace Pipeline.Evaluation;

/// <summary>Pictures of training samples as each pretext task sees them: from the pseudo-label shards, not made anew.</summary>
public sealed class GalleryPainter(IArtifactStore store)
{
    private const int LabelledRows = 4;
    private const int AmbiguousRows = 3;

    public async Task<IReadOnlyList<SampleGallery>> PaintAsync(
        DatasetManifest dataset, IReadOnlyList<PseudoLabelManifest> pseudoLabels, CancellationToken cancellation)
    {
        var galleries = new List<SampleGallery>();
        foreach (var manifest in pseudoLabels.Where(manifest => manifest.Tokenizer is null))
            galleries.Add(await PaintAsync(dataset, manifest, cancellation));

        return galleries;
    }

    private async Task<SampleGallery> PaintAsync(DatasetManifest dataset, PseudoLabelManifest manifest, CancellationToken cancellation)
    {
        var task = PretextTasks.Named(manifest.Task);
        var shard = manifest.Shards.First(shard => shard.Split == Split.Train && shard.Samples > 0);
        var samples = dataset.Shards.First(samples => samples.File.Key == shard.SampleShard);
        using var pixels = SafetensorsFile.Open(await store.MaterializeAsync(samples.File, cancellation));
        using var labels = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));

        var rows = labels.Read<int>("sample").ToArray().Zip(labels.Read<byte>("view").ToArray(), labels.Read<byte>("label").ToArray())
            .GroupBy(row => row.First)
            .ToDictionary(group => group.Key, group => group.Select(row => (View: row.Second, Label: row.Third)).ToList());
        var labelled = rows.Take(LabelledRows)
            .Select(row => Row(row.Key, row.Value.Select(pair => (View.Of(pair.View), task.LabelNames[pair.Label]))));
        var ambiguous = Enumerable.Range(0, samples.Samples).Where(sample => !rows.ContainsKey(sample)).Take(AmbiguousRows)
            .Select(sample => Row(sample, task.Views.Zip(task.LabelNames)));
        return new SampleGallery(task.Name, [.. labelled], [.. ambiguous]);

        SampleRow Row(int sample, IEnumerable<(View View, string Label)> views)
        {
            var image = pixels.ReadRows<byte>("pixels", sample, 1).ToArray();
            var shown = views.Select(view => new SampleView(Show(image, view.View, dataset.Input), view.Label));
            return new SampleRow($"{Path.GetFileNameWithoutExtension(shard.SampleShard)}, row {sample}", [.. shown]);
        }
    }

    private static byte[] Show(byte[] image, View view, InputSpec input)
    {
        var shown = new byte[image.Length];
        view.Apply(image, shown, input.Channels, input.Size);
        return PngImage.Encode(shown, input.Channels, input.Size);
    }
}

/// <summary>Training samples as masked-token prediction sees them in its first epoch: from the token shards, not made anew.</summary>
public sealed class MaskedReader(IArtifactStore store)
{
    private const int Samples = 4;
    private const int MostTokens = 96;

    /// <returns>None where the experiment is about images.</returns>
    public async Task<IReadOnlyList<MaskedSample>> ReadAsync(
        IReadOnlyList<PseudoLabelManifest> pseudoLabels, CancellationToken cancellation)
    {
        var manifest = pseudoLabels.FirstOrDefault(manifest => manifest.Tokenizer is not null);
        if (manifest?.Shards.FirstOrDefault(shard => shard.Split == Split.Train && shard.Samples > 0) is not { } shard)
            return [];

        var tokenizer = await TokenizerStore.OpenAsync(store, manifest.Tokenizer!, cancellation);
        using var file = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));
        var name = Path.GetFileNameWithoutExtension(shard.SampleShard);
        return [.. Enumerable.Range(0, Math.Min(Samples, shard.Samples)).Select(sample => Read(file, sample, tokenizer, name))];
    }

    private static MaskedSample Read(SafetensorsFile file, int sample, ITokenizer tokenizer, string shard)
    {
        var starts = file.ReadRows<long>("start", sample, 2);
        var masks = file.ReadRows<long>("mask", sample, 2);
        var tokens = file.ReadRows<int>("token", starts[0], Math.Min(MostTokens, starts[1] - starts[0]));
        var shown = new MaskedToken[tokens.Length];
        for (var i = 0; i < shown.Length; i++)
            shown[i] = new MaskedToken(tokenizer.NameOf(tokens[i]), null);

        var positions = file.ReadRows<int>("position", masks[0], masks[1] - masks[0]);
        var inputs = file.ReadRows<int>("input", masks[0], masks[1] - masks[0]);
        var targets = file.ReadRows<int>("target", masks[0], masks[1] - masks[0]);
        for (var i = 0; i < positions.Length; i++)
        {
            if (positions[i] < shown.Length)
                shown[positions[i]] = new MaskedToken(tokenizer.NameOf(inputs[i]), tokenizer.NameOf(targets[i]));
        }

        var row = file.ReadRows<int>("sample", sample, 1)[0];
        return new MaskedSample($"{shard}, row {row}", shown, starts[1] - starts[0] > shown.Length);
    }
}
