using Pipeline.Artifacts;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Tasks;

/// <summary>The labelled splits of a dataset version, as an encoder is shown them.</summary>
public sealed class LabelledSplits : IDisposable
{
    private readonly IArtifactStore _store;
    private readonly DatasetManifest _dataset;
    private readonly ITask _task;
    private readonly (ITokenizer, int)? _tokens;
    private readonly List<LabelledSamples> _opened = [];

    private LabelledSplits(IArtifactStore store, DatasetManifest dataset, ITask task, (ITokenizer, int)? tokens) =>
        (_store, _dataset, _task, _tokens) = (store, dataset, task, tokens);

    /// <param name="task">One of <see cref="LabelTasks"/>.</param>
    /// <param name="tokens">Null for images.</param>
    public static async Task<LabelledSplits> OfAsync(
        IArtifactStore store, DatasetManifest dataset, string task, TokenizerReference? tokens, CancellationToken cancellation) =>
        new(store, dataset, TaskList.Named(task), tokens is null
            ? null
            : (await TokenizerStore.OpenAsync(store, tokens, cancellation), tokens.Spec.Length));

    /// <param name="labelledOnly">False: every sample of the split, and no label is read.</param>
    /// <returns>Disposed with this.</returns>
    public LabelledSamples Open(Split split, bool labelledOnly = true)
    {
        var samples = SampleReader.Open(_store, _dataset, split);
        var opened = labelledOnly
            ? _task.Open(samples, _dataset, _tokens)
            : ClassificationTask.Open(samples, _dataset, _tokens, labelledOnly: false);
        _opened.Add(opened);
        return opened;
    }

    public void Dispose() => _opened.ForEach(samples => samples.Dispose());
}
