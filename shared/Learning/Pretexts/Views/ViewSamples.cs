using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts.Views;

/// <summary>One split's samples with their pseudo-labels for one or several pretext tasks, mapped from their shards.</summary>
public sealed class ViewSamples : IDisposable
{
    private readonly LabelRows[] tasks;

    private ViewSamples(SampleReader samples, IReadOnlyList<PseudoLabelManifest> manifests, LabelRows[] tasks)
    {
        Samples = samples;
        Tasks = [.. manifests.Select(manifest => manifest.Task)];
        this.tasks = tasks;
        Usable = [.. Enumerable.Range(0, samples.Count).Where(sample => tasks.Any(task => task.Count(sample) > 0))];
    }

    public SampleReader Samples { get; }

    public IReadOnlyList<string> Tasks { get; }

    /// <summary>Samples with pseudo-labels for at least one task, ascending.</summary>
    public IReadOnlyList<int> Usable { get; }

    public static async Task<ViewSamples> OpenAsync(
        IArtifactStore store, DatasetManifest dataset, IReadOnlyList<PseudoLabelManifest> manifests, Split split, CancellationToken cancellation = default)
    {
        var samples = await SampleReader.OpenAsync(store, dataset, split, cancellation);
        var tasks = new List<LabelRows>();
        try
        {
            foreach (var manifest in manifests)
            {
                tasks.Add(await LabelRows.OpenAsync(store, samples, manifest, cancellation));
            }

            return new ViewSamples(samples, manifests, [.. tasks]);
        }
        catch
        {
            tasks.ForEach(task => task.Dispose());
            samples.Dispose();
            throw;
        }
    }

    /// <summary>Puts a sample's pseudo-labels into a table by view; views without one are left as they are.</summary>
    public void ReadLabels(int task, int sample, Span<int> labelByView) => tasks[task].Read(sample, labelByView);

    public void Dispose()
    {
        foreach (var task in tasks)
        {
            task.Dispose();
        }

        Samples.Dispose();
    }

    /// <summary>A task's pseudo-label shards, in the order of the sample shards, and where each sample's rows start.</summary>
    private sealed class LabelRows(SafetensorsFile[] files, (int Shard, int First)[] shards, int[] starts, byte[] counts) : IDisposable
    {
        public static async Task<LabelRows> OpenAsync(
            IArtifactStore store, SampleReader samples, PseudoLabelManifest manifest, CancellationToken cancellation)
        {
            var files = new List<SafetensorsFile>();
            var starts = new int[samples.Count];
            var counts = new byte[samples.Count];
            var shards = new List<(int, int)>();
            try
            {
                for (var i = 0; i < samples.Shards.Count; i++)
                {
                    var shard = manifest.Shards.FirstOrDefault(shard => shard.SampleShard == samples.Shards[i].File.Key)
                        ?? throw new PipelineException($"The pseudo-labels of '{manifest.Task}' hold none for the sample shard '{samples.Shards[i].File.Key}'.");
                    var file = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));
                    files.Add(file);
                    shards.Add((i, samples.First(i)));
                    Index(file.Read<int>("sample"), samples.First(i), starts, counts);
                }

                return new LabelRows([.. files], [.. shards], starts, counts);
            }
            catch
            {
                files.ForEach(file => file.Dispose());
                throw;
            }
        }

        public int Count(int sample) => counts[sample];

        public void Read(int sample, Span<int> labelByView)
        {
            var shard = 0;
            while (shard + 1 < shards.Length && shards[shard + 1].First <= sample)
            {
                shard++;
            }

            var views = files[shard].ReadRows<byte>("view", starts[sample], counts[sample]);
            var labels = files[shard].ReadRows<byte>("label", starts[sample], counts[sample]);
            for (var i = 0; i < views.Length; i++)
            {
                labelByView[views[i]] = labels[i];
            }
        }

        public void Dispose()
        {
            foreach (var file in files)
            {
                file.Dispose();
            }
        }

        private static void Index(ReadOnlySpan<int> rows, int first, int[] starts, byte[] counts)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                var sample = first + rows[row];
                if (counts[sample]++ == 0)
                {
                    starts[sample] = row;
                }
            }
        }
    }
}
