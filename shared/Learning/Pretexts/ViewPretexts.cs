using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts;

/// <summary>Predicts which view of an image is shown. The label is the view's place in the list.</summary>
/// <param name="Views">The views to tell apart; every sample is shown in all of them.</param>
/// <param name="LabelNames">For people, in the order of <paramref name="Views"/>.</param>
public sealed record ViewPretext(string Name, IReadOnlyList<View> Views, IReadOnlyList<string> LabelNames) : IPretext
{
    private const int ShownRows = 4;
    private const int LeftOutRows = 3;

    /// <summary>How far an image was turned, in quarter turns (Gidaris et al. 2018, arXiv:1803.07728).</summary>
    public static ViewPretext Rotation { get; } =
        new("rotation", [new(false, 0), new(false, 1), new(false, 2), new(false, 3)], ["0°", "90°", "180°", "270°"]);

    /// <summary>Along which axes an image was flipped; both together are the half turn.</summary>
    public static ViewPretext Flip { get; } =
        new("flip", [new(false, 0), new(true, 0), new(true, 2), new(false, 2)], ["none", "horizontal", "vertical", "both"]);

    /// <summary>Quarter turn and mirroring together: all eight symmetries of the square.</summary>
    public static ViewPretext RotationFlip { get; } = new(
        "rotation-flip", [.. Enumerable.Range(0, View.Count).Select(View.Of)],
        ["0°", "90°", "180°", "270°", "mirrored 0°", "mirrored 90°", "mirrored 180°", "mirrored 270°"]);

    public static IReadOnlyList<ViewPretext> All { get; } = [Rotation, Flip, RotationFlip];

    public bool Suits(string modality) => modality == Modalities.Image;

    public bool Joins(IPretext other) => other is ViewPretext;

    public int Choices(Experiment experiment) => Views.Count;

    public IPseudoLabeller Labeller(LabellerSource source) => new ViewLabeller(this, source.Input, source.Experiment.PseudoLabels);

    public async Task<PretextBatches> OpenAsync(PretextSource source, Split split, CancellationToken cancellation) => new ViewBatches(
        await ViewSamples.OpenAsync(source.Store, source.Dataset, source.PseudoLabels, split, cancellation), source.Experiment.Pretraining);

    public PretextModel Create(PretextSource source) =>
        new ViewModel(source.Experiment, [.. source.PseudoLabels.Select(labels => (labels.Task, labels.Classes))]);

    public async Task<Exhibit> ShowAsync(PretextSource source, TorchDevice device, CancellationToken cancellation)
    {
        var manifest = source.PseudoLabels.Single(labels => labels.Task == Name);
        var shard = manifest.Shards.First(shard => shard.Split == Split.Train && shard.Samples > 0);
        var samples = source.Dataset.Shards.First(samples => samples.File.Key == shard.SampleShard);
        using var pixels = SafetensorsFile.Open(await source.Store.MaterializeAsync(samples.File, cancellation));
        using var labels = SafetensorsFile.Open(await source.Store.MaterializeAsync(shard.File, cancellation));

        var rows = labels.Read<int>("sample").ToArray().Zip(labels.Read<byte>("view").ToArray(), labels.Read<byte>("label").ToArray())
            .GroupBy(row => row.First)
            .ToDictionary(group => group.Key, group => group.Select(row => (View: row.Second, Label: row.Third)).ToList());
        return new Exhibit(
            Name,
            "Each view is shown to the encoder, which has to say what stands below it.",
            [.. rows.Take(ShownRows).Select(row => Row(row.Key, row.Value.Select(pair => (View.Of(pair.View), LabelNames[pair.Label]))))],
            [.. Enumerable.Range(0, samples.Samples).Where(sample => !rows.ContainsKey(sample)).Take(LeftOutRows)
                .Select(sample => Row(sample, Views.Zip(LabelNames)))]);

        ExhibitRow Row(int sample, IEnumerable<(View View, string Label)> views)
        {
            var image = pixels.ReadRows<byte>("pixels", sample, 1).ToArray();
            return new ExhibitRow(
                $"{Path.GetFileNameWithoutExtension(shard.SampleShard)}, row {sample}",
                [.. views.Select(view => new ExhibitItem(Shown(image, view.View, source.Input), null, view.Label))]);
        }
    }

    private static ExhibitImage Shown(byte[] image, View view, InputSpec input)
    {
        var shown = new byte[image.Length];
        view.Apply(image, shown, input.Channels, input.Size);
        return new ExhibitImage(shown, input.Channels, input.Size);
    }

    /// <summary>Images in all views, without those of which two views are the same picture.</summary>
    private sealed class ViewLabeller(ViewPretext pretext, InputSpec input, PseudoLabelSpec spec) : IPseudoLabeller
    {
        public object MadeFrom => spec;

        public ShardLabels Label(SafetensorsFile samples, int count, CancellationToken cancellation)
        {
            var usable = new List<int>();
            for (var sample = 0; sample < count; sample++)
            {
                cancellation.ThrowIfCancellationRequested();
                var image = samples.ReadRows<byte>("pixels", sample, 1);
                if (Ambiguity.Distance(pretext, image, input.Channels, input.Size) >= spec.Ambiguity)
                    usable.Add(sample);
            }

            var views = pretext.Views.Index().ToList();
            return new ShardLabels(
                [
                    SafetensorsTensor.Row<int>("sample", usable.SelectMany(sample => views.Select(_ => sample))),
                    SafetensorsTensor.Row<byte>("view", usable.SelectMany(_ => views.Select(view => view.Item.Code))),
                    SafetensorsTensor.Row<byte>("label", usable.SelectMany(_ => views.Select(view => (byte)view.Index))),
                ],
                usable.Count,
                count - usable.Count);
        }

        public PseudoLabelManifest Describe(PseudoLabelManifest manifest) =>
            manifest with { Classes = pretext.Views.Count, Ambiguity = spec.Ambiguity };

        public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
            new($"All {manifest.Ambiguous} samples are ambiguous for '{pretext.Name}': two of its views are the same picture. The pretext "
                + $"must be another task, or pseudoLabels.ambiguity must be below {spec.Ambiguity}.");
    }
}
