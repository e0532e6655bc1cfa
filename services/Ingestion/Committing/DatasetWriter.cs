using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Grouping;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>Writes a dataset version while its parts pass by in order: shards, provenance, rejections.</summary>
internal sealed class DatasetWriter : IAsyncDisposable
{
    private readonly IArtifactStore _store;
    private readonly ImportPlan _plan;
    private readonly PartReader _parts;
    private readonly PartSurvey _survey;
    private readonly SplitRule _rule;
    private readonly ProvenanceWriter _provenance = new();
    private readonly PendingShards _pending = new();
    private readonly Spool<Rejection> _rejections = new();
    private readonly SortedDictionary<RejectionReason, long> _rejected = [];
    private readonly FindingList _findings = new();
    private readonly LeakPaths _leaks;
    private readonly ShardWriter[] _splits;
    private readonly List<string> _classes;

    /// <summary>The dataset's classes, by the parts'.</summary>
    private readonly int[] _classOf;

    private readonly long[,] _labelled;

    public DatasetWriter(IArtifactStore store, ImportPlan plan, PartReader parts, PartSurvey survey)
    {
        (_store, _plan, _parts, _survey) = (store, plan, parts, survey);
        _leaks = new LeakPaths(survey.Leaks);
        _rule = new SplitRule(plan.Split, survey.Supplied);
        _splits = [.. Enum.GetValues<Split>().Select(split => new ShardWriter(store, plan, split, parts, _provenance, _pending))];
        _classes = [.. survey.Samples.Labels.Select(label => parts.Classes[label]).Order(StringComparer.Ordinal)];
        _classOf = [.. parts.Classes.Select(name => _classes.IndexOf(name))];
        _labelled = new long[_classes.Count, _splits.Length];
        _findings.Add(plan.Findings);
        foreach (var rejection in plan.Rejections)
            Reject(rejection);
    }

    public async Task AddAsync(int chunk, CancellationToken cancellation)
    {
        using var part = await _parts.OpenAsync(chunk, cancellation);
        _findings.Add(part.Content.Findings);
        foreach (var rejection in part.Content.Rejections)
            Reject(rejection);

        var row = 0;
        await foreach (var item in _parts.ItemsAsync(part, cancellation))
        {
            if (Add(item, part, row++) is { IsFull: true } full)
                await full.FlushAsync(cancellation);
        }
    }

    /// <exception cref="PipelineException">A split has no sample.</exception>
    public async Task<DatasetManifest> FinishAsync(Stopwatch clock, CancellationToken cancellation)
    {
        foreach (var split in _splits)
            await split.FlushAsync(cancellation);

        var shards = await Task.WhenAll(_splits.SelectMany(split => split.Shards));
        var labels = new Dictionary<Split, ArtifactReference>();
        foreach (var split in new[] { Split.Train, Split.Validation })
            labels[split] = await _splits[(int)split].WriteLabelsAsync(cancellation);

        await _provenance.FinishAsync();
        ClassCount[] counts = [.. _classes.Select(
            (name, label) => new ClassCount(name, _labelled[label, 0], _labelled[label, 1], _labelled[label, 2]))];
        _findings.Add(ClassFindings.Of(counts, _survey.Supplied, _plan.Labels));
        Warning[] warnings = [.. _findings.Few.Select(FindingMessages.Of)];
        return new DatasetManifest
        {
            Dataset = _plan.Dataset,
            Modality = _plan.Modality,
            Input = _plan.Input,
            Classes = _classes,
            Tags = _parts.Tags,
            Shards = shards,
            LabelIndex = labels,
            Summary = Summary(shards, warnings),
            Provenance = await PutAsync("provenance.parquet", _provenance.CopyToAsync),
            Rejections = _rejections.Count == 0 ? null : await PutAsync("rejections.jsonl", _rejections.CopyToAsync),
            Leaks = _survey.Leaks.Count == 0
                ? null
                : await PutAsync("leaks.jsonl", (stream, token) => JsonLines.WriteAsync(stream, _leaks.All, token)),
            Supplied = [.. _survey.Supplied],
            Warnings = warnings,
            ClassCounts = counts,
            Seconds = _plan.Seconds + _survey.Seconds + clock.Elapsed.TotalSeconds,
        };

        async Task<ArtifactReference> PutAsync(string name, Func<Stream, CancellationToken, Task> write) =>
            (await _store.CreateAsync($"{_plan.DatasetRoot}/{name}", write, cancellation)).Reference;
    }

    public async ValueTask DisposeAsync()
    {
        await _pending.DisposeAsync();
        _rejections.Dispose();
        await _provenance.DisposeAsync();
    }

    /// <returns>Where the sample went; null where it is a copy of another.</returns>
    private ShardWriter? Add(ImportedItem source, Part part, int row)
    {
        var item = part.Item(row);
        if (_survey.Samples.KeptAs(item) is not { } sample)
            return null;

        var content = ModalityWords.Of(_plan.Modality).Content;
        if (sample.Conflicts)
            Conflict($"are '{_parts.Classes[sample.Label]}' and '{_parts.Classes[sample.OtherLabel]}'");

        if (sample.TagsConflict)
            Conflict("have different tags");

        _leaks.Saw(sample.Number, source.Path);
        var first = _survey.FirstOf(sample);
        var split = _rule.Of(first.Digest, sample.Split);
        var label = sample.KeptLabel < 0 ? -1 : _classOf[sample.KeptLabel];
        if (label >= 0)
            _labelled[label, (int)split]++;

        var origin = new ProvenanceRow(
            item,
            first.Sample.Item,
            label < 0 ? null : _classes[label],
            part.Digest(row),
            PixelDigest.Of(Convert.FromHexString(source.Sha256)))
        {
            Width = source.Width,
            Height = source.Height,
            Format = string.Intern(source.Format),
            Bytes = source.Bytes,
        };
        var at = sample.Tags is { } tagged ? _parts.Tagged(tagged.Item) : part.At(row);
        _splits[(int)split].Add(at, sample.Tags?.Digest, label, source.Path, origin);
        return _splits[(int)split];

        void Conflict(string how) => Reject(new Rejection(source.Path, RejectionReason.ConflictingLabels, $"{content} {how}"));
    }

    private void Reject(Rejection rejection)
    {
        _rejections.Add(rejection);
        _rejected[rejection.Reason] = _rejected.GetValueOrDefault(rejection.Reason) + rejection.Samples;
    }

    private DataSummary Summary(IReadOnlyList<SampleShard> shards, IReadOnlyList<Warning> warnings)
    {
        var samples = Enum.GetValues<Split>().Select(
            split => shards.Where(shard => shard.Split == split).Sum(shard => (long)shard.Samples)).ToArray();
        var empty = Enum.GetValues<Split>().Where(split => samples[(int)split] == 0).Select(ShardWriter.SplitName).ToList();
        if (empty.Count > 0)
        {
            throw new PipelineException(
                $"Of the {samples.Sum()} distinct samples of '{_plan.Source}' none fell to "
                    + $"{string.Join(" and ", empty)}.{NotUsed.Of(warnings)} There must be more samples, or a larger share in the "
                    + $"experiment's split (validation {_plan.Split.Validation}, test {_plan.Split.Test}).");
        }

        return new DataSummary(
            samples.Sum(),
            _labelled.Cast<long>().Sum(),
            _survey.Samples.Added - _survey.Samples.Count,
            _rejected.ToDictionary(reason => Rejection.NameOf(reason.Key), reason => reason.Value),
            samples[(int)Split.Train],
            samples[(int)Split.Validation],
            samples[(int)Split.Test])
        {
            Groups = _survey.Stars.Groups,
            NearDuplicates = _survey.Stars.Members,
            LargestGroup = _survey.Stars.Largest,
            Leaks = _survey.Leaks.Count,
            Documents = _parts.Documents,
        };
    }
}
