using Pipeline.Ingestion.Planning;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Grouping;

/// <summary>What has to be known of all parts before the first sample can be written.</summary>
internal sealed class PartSurvey : IDisposable
{
    private readonly ImportPlan _plan;
    private readonly SampleLooks _looks;
    private readonly Action<Part, int> _look;

    /// <summary>Of each distinct sequence; empty for images.</summary>
    private readonly List<int> _documents = [];

    private int[] _groups = [];
    private Rejection? _first;

    public PartSurvey(ImportPlan plan, int capacity)
    {
        _plan = plan;
        Supplied = [.. plan.Supplied];
        Samples = new DistinctSamples(capacity);
        if (plan.Sequences is null)
        {
            var looks = new PictureLooks(plan.Likeness, Thumbnail.Bytes(plan.Input), capacity);
            (_looks, _look) = (looks, (part, row) => looks.Add(part.Hash(row), part.Thumbnail(row)));
        }
        else
        {
            var looks = new SequenceLooks(plan.Resemblance, capacity);
            (_looks, _look) = (looks, (part, row) => looks.Add(part.Signature(row)));
        }
    }

    public DistinctSamples Samples { get; }

    /// <summary>The splits that the source brings itself: by its places, or in a record.</summary>
    public SortedSet<Split> Supplied { get; }

    /// <summary>By the numbers of <see cref="Samples"/>.</summary>
    public SampleStars Stars { get; private set; } = SampleStars.None;

    public IReadOnlyList<LeakedPair> Leaks { get; private set; } = [];
    public SortedDictionary<RejectionReason, long> Rejected { get; } = [];

    /// <summary>Compute seconds of the parts, also of those that an earlier version made.</summary>
    public double Seconds { get; private set; }

    /// <exception cref="PipelineException">No part has a usable sample.</exception>
    public async Task TakeAsync(PartReader parts, CancellationToken cancellation)
    {
        for (var chunk = 0; chunk < _plan.Chunks.Count; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var part = await parts.OpenAsync(chunk, cancellation);
            Add(part);
        }

        if (Samples.Count == 0)
            throw Unusable();

        Samples.ReleaseIndex();
        Stars = SampleStars.Of(_looks, cancellation);
        Leaks = LeakedPair.Find(_looks, Samples.SplitOf, cancellation);
        _looks.Clear();
        if (_plan.Sequences is not null)
            _groups = SampleGroups.Of(Stars, _documents);
    }

    /// <summary>The first of the sample's near-duplicates, and of the windows of its document; itself where there is none.</summary>
    public (PixelDigest Digest, DistinctSamples.Sample Sample) FirstOf(DistinctSamples.Sample sample)
    {
        var first = _plan.Sequences is null ? Stars[sample.Number] : _groups[sample.Number];
        return (Samples.DigestOf(first), Samples[first]);
    }

    public void Dispose() => _looks.Dispose();

    private void Add(Part part)
    {
        Seconds += part.Content.Seconds;
        _first ??= part.Content.Rejections is [var first, ..] ? first : null;
        foreach (var rejection in part.Content.Rejections)
            Rejected[rejection.Reason] = Rejected.GetValueOrDefault(rejection.Reason) + rejection.Samples;

        for (var row = 0; row < part.Rows; row++)
        {
            var supplied = part.SplitOf(row);
            if (supplied is not null)
                Supplied.Add(supplied.Value);

            if (Samples.Add(part.Digest(row), part.Item(row), part.Label(row), supplied, part.Tags(row)))
            {
                _look(part, row);
                if (_plan.Sequences is not null)
                    _documents.Add(part.Document(row));
            }
        }
    }

    private PipelineException Unusable()
    {
        var reasons = Rejected.OrderByDescending(reason => reason.Value).Select(
            reason => $"{reason.Value} {Rejection.NameOf(reason.Key)}");
        var first = _first is null ? "" : $"; the first is '{_first.Path}': {_first.Message}";
        return new PipelineException(
            $"'{_plan.Source}' has no usable {(_plan.Sequences is null ? "image: all" : "document: all there are in")} {_plan.Items} files "
                + $"were rejected: {string.Join(", ", reasons)}{first}. There must be {ModalityWords.Of(_plan.Modality).Valid}.");
    }
}
