using Pipeline.Artifacts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>What the trials of a run share: samples opened once, vectors of an unchanged encoder computed once.</summary>
public sealed class TuningSession : IDisposable
{
    private readonly IArtifactStore _store;
    private readonly DatasetManifest _dataset;
    private readonly EncoderManifest _encoder;
    private readonly LabelledSplits _splits;
    private readonly int _mostInGraph;
    private readonly Dictionary<(SpaceOf, string?), IFeatureSpace> _spaces = [];
    private readonly Dictionary<(SpaceOf, string), FeatureTable> _tables = [];
    private readonly Dictionary<(SpaceOf, string), NeighbourSpace> _neighbours = [];
    private readonly Dictionary<(SpaceOf, string?), Tensor> _heldOut = [];
    private readonly Dictionary<(SpaceOf, string?), Neighbours> _heldOutNeighbours = [];
    private ((bool Pretrained, int Labels, int Draw, string? Readout) Of, LinearHead Head)? _head;

    private TuningSession(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, LabelledSplits splits,
        Split heldOut, string weights, TorchDevice device, int mostInGraph)
    {
        (_store, _dataset, _encoder, Experiment, Weights, Device) = (store, dataset, encoder, experiment, weights, device);
        (_splits, _mostInGraph) = (splits, mostInGraph);
        HeldOut = splits.Open(heldOut);
    }

    public Experiment Experiment { get; }

    public ITask Task => TaskList.Named(Experiment.FineTuning.Task);

    /// <summary>Null for images.</summary>
    public TokenizerReference? Tokenizer => _encoder.Tokenizer;

    /// <summary>File of the pretrained encoder.</summary>
    public string Weights { get; }

    public TorchDevice Device { get; }

    /// <summary>The labelled samples of the training split.</summary>
    public LabelledSamples Training => field ??= _splits.Open(Split.Train);

    /// <summary>All samples of the training split, without their labels.</summary>
    public LabelledSamples All => field ??= _splits.Open(Split.Train, labelledOnly: false);

    /// <summary>The labelled samples that models are judged by: of validation while they are made, of test at the end.</summary>
    public LabelledSamples HeldOut { get; }

    public static Task<TuningSession> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Split heldOut, TorchDevice device,
        CancellationToken cancellation) =>
        OpenAsync(store, experiment, dataset, encoder, heldOut, device, NeighbourSpace.MostSamples, cancellation);

    /// <param name="mostInGraph">Maximum number of samples in a graph.</param>
    internal static async Task<TuningSession> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Split heldOut, TorchDevice device,
        int mostInGraph, CancellationToken cancellation)
    {
        var splits = await LabelledSplits.OfAsync(store, dataset, experiment.FineTuning.Task, encoder.Tokenizer, cancellation);
        var weights = await store.MaterializeAsync(encoder.File, cancellation);
        return new TuningSession(store, experiment, dataset, encoder, splits, heldOut, weights, device, mostInGraph);
    }

    /// <summary>The first n of a draw's order: places in <see cref="Training"/>.</summary>
    public int[] Draw(Trial trial) =>
        LabelDraws.Order(Training.Strata, Experiment.FineTuning.Seed, trial.Draw)[..trial.Labels];

    /// <param name="readout">Null where every token has its own vector.</param>
    public async Task<IFeatureSpace> SpaceAsync(SpaceOf of, string? readout, CancellationToken cancellation)
    {
        if (!_spaces.TryGetValue((of, readout), out var space))
            _spaces[(of, readout)] = space = await OpenAsync(of, readout, cancellation);

        return space;
    }

    /// <summary>The vectors of each shard of the training split; null where the store has none.</summary>
    public async Task<IReadOnlyList<ArtifactReference?>> FindEmbeddedAsync(SpaceOf of, string readout, CancellationToken cancellation) =>
        await FeatureTable.FindAsync(_store, TrainingShards, await SpaceAsync(of, readout, cancellation), cancellation);

    /// <summary>The vectors of one shard of the training split, found or computed now.</summary>
    /// <param name="shard">Its place among them.</param>
    public async Task<ArtifactReference> EmbedAsync(SpaceOf of, string readout, int shard, CancellationToken cancellation) =>
        await FeatureTable.DescribeAsync(
            _store, TrainingShards, shard, All, await SpaceAsync(of, readout, cancellation), Device, cancellation);

    /// <summary>Vectors of labelled training samples, for heads: a row for each label.</summary>
    /// <param name="places">In <see cref="Training"/>.</param>
    public async Task<Tensor> TrainingRowsAsync(SpaceOf of, string? readout, int[] places, CancellationToken cancellation)
    {
        var space = await SpaceAsync(of, readout, cancellation);
        if (readout is null)
            return await Device.Thread.RunAsync(() => Kept(Inference.Rows(space, Training, places)));

        var table = await TableAsync(of, readout, cancellation);
        return await Device.Thread.RunAsync(
            () => Kept(table.Rows([.. places.Select(place => Training.Numbers[place])]).to(Device.Device)));
    }

    /// <summary>Vectors of all held-out samples, for heads: a row for each label. Computed once.</summary>
    public async Task<Tensor> HeldOutRowsAsync(SpaceOf of, string? readout, CancellationToken cancellation)
    {
        var space = await SpaceAsync(of, readout, cancellation);
        return await Device.Thread.RunAsync(() =>
        {
            if (!_heldOut.TryGetValue((of, readout), out var rows))
            {
                _heldOut[(of, readout)] = rows =
                    Kept(Inference.Rows(space, HeldOut, [.. Enumerable.Range(0, HeldOut.Count)]));
            }

            return rows;
        });
    }

    /// <summary>The head that trials start from; made where it is not that of the trial before.</summary>
    public async Task<LinearHead> HeadAsync(
        (bool Pretrained, int Labels, int Draw, string? Readout) of, Func<Task<LinearHead>> make)
    {
        if (_head is not { } kept || kept.Of != of)
            _head = kept = (of, await make());

        return kept.Head;
    }

    /// <summary>The training split as a graph. Made once.</summary>
    public async Task<NeighbourSpace> NeighboursAsync(SpaceOf of, string readout, CancellationToken cancellation)
    {
        var space = await SpaceAsync(of, readout, cancellation);
        if (!_neighbours.TryGetValue((of, readout), out var neighbours))
        {
            var key = NeighbourSpace.KeyOf(
                TrainingShards, space, _mostInGraph, HoldsAll ? null : GraphDraw.Of(Experiment.FineTuning));
            _neighbours[(of, readout)] = neighbours = await NeighbourSpace.OpenAsync(
                _store, key, async () => (await TableAsync(of, readout, cancellation), Pool), space.HasOneScale, Device, cancellation);
        }

        return neighbours;
    }

    /// <summary>The held-out samples' nearest in the graph. Found once.</summary>
    public async Task<Neighbours> HeldOutNeighboursAsync(SpaceOf of, string readout, CancellationToken cancellation)
    {
        var space = await NeighboursAsync(of, readout, cancellation);
        var rows = await HeldOutRowsAsync(of, readout, cancellation);
        return await Device.Thread.RunAsync(() => _heldOutNeighbours.TryGetValue((of, readout), out var found)
            ? found
            : _heldOutNeighbours[(of, readout)] = space.NearestTo(rows, cancellation));
    }

    /// <summary>Training samples nearest to some held-out ones, without a graph.</summary>
    /// <param name="positions">Places in <see cref="HeldOut"/>.</param>
    /// <param name="samples">Numbers of the training samples to look among, more than k.</param>
    /// <returns>Rows are numbers of training samples.</returns>
    public async Task<Neighbours> NearestAsync(
        SpaceOf of, string readout, int[] positions, IReadOnlyList<int> samples, int k, CancellationToken cancellation)
    {
        var (space, table) = (await SpaceAsync(of, readout, cancellation), await TableAsync(of, readout, cancellation));
        return await Device.Thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            return NeighbourSpace.NearestOf(table, samples, Inference.Rows(space, HeldOut, positions), k, cancellation);
        });
    }

    /// <summary>The samples of the training split that are in graphs, ascending: all, or as many as a graph may hold.</summary>
    public IReadOnlyList<int> Pool => field ??= DrawPool();

    public void Dispose()
    {
        HeldOut.Dispose();
        _splits.Dispose();
        foreach (var owned in _spaces.Values.Cast<IDisposable>().Concat(_tables.Values).Concat(_neighbours.Values).Concat(_heldOut.Values))
            owned.Dispose();
    }

    private bool HoldsAll => TrainingShards.Sum(shard => shard.Samples) <= _mostInGraph;

    private IReadOnlyList<SampleShard> TrainingShards => field ??= FeatureTable.Described(_dataset);

    private async Task<IFeatureSpace> OpenAsync(SpaceOf of, string? readout, CancellationToken cancellation) => of switch
    {
        SpaceOf.Described when readout == Descriptions.LatentSemantics => await LatentSemantics.OpenAsync(
            _store, _dataset, Device, cancellation),
        SpaceOf.Described => new DescriptionSpace(readout!, Experiment.Modality, Experiment.Input, Device.Device),
        SpaceOf.Fused => new FusedSpace(
            await OpenAsync(SpaceOf.Pretrained, readout, cancellation),
            await OpenAsync(
                SpaceOf.Described, Descriptions.For(Experiment.Modality, Experiment.Input).Last(Descriptions.IsDense), cancellation)),
        _ => await Device.Thread.RunAsync(() => new EncoderSpace(
            Experiment.Encoder, Experiment.Input, Tokenizer, Tuner.Seed(Experiment.FineTuning, 0),
            of == SpaceOf.Pretrained ? Weights : null, of == SpaceOf.Pretrained ? _encoder.File.Digest : null, readout, Device.Device)),
    };

    private static Tensor Kept(Tensor tensor) => tensor.DetachFromDisposeScope();

    private async Task<FeatureTable> TableAsync(SpaceOf of, string readout, CancellationToken cancellation)
    {
        if (!_tables.TryGetValue((of, readout), out var table))
        {
            var space = await SpaceAsync(of, readout, cancellation);
            _tables[(of, readout)] = table = await FeatureTable.OpenAsync(_store, TrainingShards, All, space, Device, cancellation);
        }

        return table;
    }

    private int[] DrawPool()
    {
        var count = TrainingShards.Sum(shard => shard.Samples);
        if (HoldsAll)
            return [.. Enumerable.Range(0, count)];

        var (seed, draws, labels) = GraphDraw.Of(Experiment.FineTuning);
        var labelled = Enumerable.Range(0, draws)
            .SelectMany(draw => LabelDraws.Order(Training.Strata, seed, draw).Take(labels))
            .Select(place => Training.Numbers[place]);
        return [.. labelled.Concat(new CounterRandom(seed, "graph").Permutation(count)).Distinct().Take(_mostInGraph).Order()];
    }
}

/// <summary>What the samples of a graph that cannot hold all are drawn by. Part of the keys of the graph and of what is spread over it, so
/// that no run takes a graph without its labelled samples.</summary>
internal sealed record GraphDraw(ulong Seed, int Draws, int Labels)
{
    public static GraphDraw Of(FineTuningSpec spec) => new(spec.Seed, spec.Draws, spec.Labels.Max());
}
