using Pipeline.Learning.Training;
using Pipeline.Statistics;

namespace Pipeline.Learning.Pretexts;

/// <summary>What one step trains on, still on the host. Each distinct (sample, view) is one row, whichever tasks ask for it; rows are
/// ordered by view.</summary>
/// <param name="Pixels">Originals, shape [B, C, S, S].</param>
/// <param name="SamplesByView">For each view's code, which of the B originals are shown in it.</param>
/// <param name="Labels">For each task, shape [R]; <see cref="NoLabel"/> where the task does not ask for the row.</param>
/// <param name="Augmentation">Shape [R, 6]; empty without augmentation.</param>
public sealed record PretextBatch(long Step, byte[] Pixels, long[][] SamplesByView, long[][] Labels, float[] Augmentation) : IPretextBatch
{
    /// <summary>Cross-entropy ignores such rows.</summary>
    public const long NoLabel = -100;

    /// <summary>R.</summary>
    public long Views => Labels[0].Length;
}

/// <summary>Assembles batches of images with all their views.</summary>
/// <param name="samples">Disposed with this.</param>
public sealed class ViewBatches(ViewSamples samples, PretrainingSpec spec) : PretextBatches(samples.Usable.Count, spec)
{
    private readonly Augmentation _augmentation = new(spec.Augmentation, samples.Samples.Input.Size);

    public override void Dispose() => samples.Dispose();

    protected override PretextBatch Assemble(long number, int[] places, long? epoch)
    {
        int[] chosen = [.. places.Select(place => samples.Usable[place])];
        CounterRandom? random = epoch is { } ofEpoch ? new CounterRandom(Spec.Seed, "augmentation", ofEpoch) : null;
        var size = samples.Samples.ImageBytes;
        var pixels = new byte[chosen.Length * size];
        var labels = new int[samples.Tasks.Count, chosen.Length, View.Count];
        var row = new int[View.Count];
        for (var i = 0; i < chosen.Length; i++)
        {
            samples.Samples.Pixels(chosen[i]).CopyTo(pixels.AsSpan(i * size));
            for (var task = 0; task < samples.Tasks.Count; task++)
            {
                Array.Fill(row, (int)PretextBatch.NoLabel);
                samples.ReadLabels(task, chosen[i], row);
                for (var view = 0; view < View.Count; view++)
                    labels[task, i, view] = row[view];
            }
        }

        var byView = new long[View.Count][];
        var byTask = Enumerable.Range(0, samples.Tasks.Count).Select(_ => new List<long>()).ToArray();
        var numbers = new List<float>();
        Span<float> drawn = stackalloc float[Augmentation.Numbers];
        for (var view = 0; view < View.Count; view++)
        {
            byView[view] = [.. Enumerable.Range(0, chosen.Length).Where(i => Wanted(labels, i, view)).Select(i => (long)i)];
            foreach (var i in byView[view])
            {
                for (var task = 0; task < byTask.Length; task++)
                    byTask[task].Add(labels[task, i, view]);

                if (random is { } stream && _augmentation.Active)
                {
                    var own = stream.At(((long)chosen[i] * View.Count) + view);
                    _augmentation.Draw(ref own, drawn);
                    numbers.AddRange(drawn);
                }
            }
        }

        return new PretextBatch(number, pixels, byView, [.. byTask.Select(list => list.ToArray())], [.. numbers]);
    }

    private static bool Wanted(int[,,] labels, int sample, int view) =>
        Enumerable.Range(0, labels.GetLength(0)).Any(task => labels[task, sample, view] != PretextBatch.NoLabel);
}
