using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts;

/// <summary>One split's samples, read from their shards on demand, with their pseudo-labels for one or several pretext tasks.</summary>
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

    public void Dispose() => Samples.Dispose();

    /// <summary>A task's pseudo-labels, in memory: the rows of all shards, and where each sample's begin.</summary>
    private sealed class ViewRows(int samples)
    {
        private readonly List<byte> _views = [];
        private readonly List<byte> _labels = [];
        private readonly int[] _starts = new int[samples];
        private readonly byte[] _counts = new byte[samples];

        public static async Task<ViewRows> OpenAsync(
            IArtifactStore store, SampleReader samples, PseudoLabelManifest manifest, CancellationToken cancellation)
        {
            var rows = new ViewRows(samples.Count);
            foreach (var (shard, labels) in PseudoLabelFiles.Of(manifest, samples.Shards).Index())
            {
                using var file = SafetensorsFile.Open(await store.MaterializeAsync(labels, cancellation));
                rows.Add(file, samples.First(shard));
            }

            return rows;
        }

        public int Count(int sample) => _counts[sample];

        public void Read(int sample, Span<int> labelByView)
        {
            for (var row = _starts[sample]; row < _starts[sample] + _counts[sample]; row++)
                labelByView[_views[row]] = _labels[row];
        }

        private void Add(SafetensorsFile file, int first)
        {
            var rows = file.Read<int>("sample");
            for (var row = 0; row < rows.Length; row++)
            {
                var sample = first + rows[row];
                if (_counts[sample]++ == 0)
                    _starts[sample] = _views.Count + row;
            }

            _views.AddRange(file.Read<byte>("view"));
            _labels.AddRange(file.Read<byte>("label"));
        }
    }
}
