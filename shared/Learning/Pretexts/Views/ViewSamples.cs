using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts.Views;

/// <summary>One split's samples with their pseudo-labels for one or several pretext tasks, read from their shards on demand.</summary>
public sealed class ViewSamples : IDisposable
{
    private readonly ViewRows[] _tasks;

    private ViewSamples(SampleReader samples, IReadOnlyList<PseudoLabelManifest> manifests, ViewRows[] tasks)
    {
        Samples = samples;
        Tasks = [.. manifests.Select(manifest => manifest.Task)];
        _tasks = tasks;
        Usable = [.. Enumerable.Range(0, samples.Count).Where(sample => tasks.Any(task => task.Count(sample) > 0))];
    }

    public SampleReader Samples { get; }

    public IReadOnlyList<string> Tasks { get; }

    /// <summary>Samples with pseudo-labels for at least one task, ascending.</summary>
    public IReadOnlyList<int> Usable { get; }

    public static async Task<ViewSamples> OpenAsync(
        IArtifactStore store, DatasetManifest dataset, IReadOnlyList<PseudoLabelManifest> manifests, Split split,
        CancellationToken cancellation = default)
    {
        var samples = SampleReader.Open(store, dataset, split);
        var tasks = new List<ViewRows>();
        foreach (var manifest in manifests)
            tasks.Add(await ViewRows.OpenAsync(store, samples, manifest, cancellation));

        return new ViewSamples(samples, manifests, [.. tasks]);
    }

    /// <summary>Puts a sample's pseudo-labels into a table by view; views without one are left as they are.</summary>
    public void ReadLabels(int task, int sample, Span<int> labelByView) => _tasks[task].Read(sample, labelByView);

    public void Dispose()
    {
        Array.ForEach(_tasks, task => task.Dispose());
        Samples.Dispose();
    }

    /// <summary>A task's pseudo-label shards, in the order of the sample shards, and where each sample's rows start.</summary>
    private sealed class ViewRows(SampleReader samples, SafetensorsFiles files) : IDisposable
    {
        private readonly int[] _starts = new int[samples.Count];
        private readonly byte[] _counts = new byte[samples.Count];

        public static async Task<ViewRows> OpenAsync(
            IArtifactStore store, SampleReader samples, PseudoLabelManifest manifest, CancellationToken cancellation)
        {
            var shards = PseudoLabelFiles.Of(manifest, samples.Shards);
            var rows = new ViewRows(samples, new SafetensorsFiles(store, shards));
            for (var shard = 0; shard < shards.Count; shard++)
            {
                using var file = SafetensorsFile.Open(await store.MaterializeAsync(shards[shard], cancellation));
                rows.Count(file.Read<int>("sample"), samples.First(shard));
            }

            return rows;
        }

        public int Count(int sample) => _counts[sample];

        public void Read(int sample, Span<int> labelByView)
        {
            var file = files[samples.ShardOf(sample)];
            var views = file.ReadRows<byte>("view", _starts[sample], _counts[sample]);
            var labels = file.ReadRows<byte>("label", _starts[sample], _counts[sample]);
            for (var i = 0; i < views.Length; i++)
                labelByView[views[i]] = labels[i];
        }

        public void Dispose() => files.Dispose();

        private void Count(ReadOnlySpan<int> rows, int first)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                var sample = first + rows[row];
                if (_counts[sample]++ == 0)
                    _starts[sample] = row;
            }
        }
    }
}
