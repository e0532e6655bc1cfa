using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>The samples of a training split as neighbours of each other: vectors standardised over the split, brought to few dimensions by
/// principal components where there are many, and to length 1. Made once and kept in the store.</summary>
public sealed class NeighbourSpace : IDisposable
{
    /// <summary>Neighbours of a sample. Figures hardly change between 5 and 20.</summary>
    public const int Nearest = 10;

    /// <summary>Of the weights exp((cosine − 1) / temperature).</summary>
    public const double Temperature = 0.1;

    /// <summary>Maximum number of samples in a graph. Of larger splits it holds as many, drawn at random, and all that have a label that a
    /// trial may see.</summary>
    public const int MostSamples = 100_000;

    private const int Format = 1;
    private const int Components = 256;
    private const int FittedOn = 4096;
    private const int Chunk = 1024;
    private const double SmallestDeviation = 1e-3;

    private readonly Tensor _mean;
    private readonly Tensor _deviation;
    private readonly Tensor? _components;
    private readonly Tensor _vectors;
    private readonly Neighbours _neighbours;

    private NeighbourSpace(Tensor mean, Tensor deviation, Tensor? components, Tensor vectors, Neighbours neighbours)
    {
        (_mean, _deviation, _components, _vectors) = (Kept(mean), Kept(deviation), components is null ? null : Kept(components),
            Kept(vectors));
        _neighbours = neighbours;
        Graph = new NeighbourGraph(neighbours, Temperature);
    }

    public NeighbourGraph Graph { get; }

    /// <summary>Where the space of these shards lies in the store.</summary>
    /// <param name="most">Maximum number of samples in the graph.</param>
    /// <param name="drawn">What the graph's samples are drawn by; null where it holds all.</param>
    public static string KeyOf(IEnumerable<SampleShard> shards, IFeatureSpace space, int most, object? drawn) =>
        "neighbours/" + ContentKey.Of(
            ArtifactKinds.Neighbours, Format,
            new { shards = shards.Select(shard => shard.File.Digest), space.MadeFrom, Nearest, Components, MostSamples = most, drawn });

    /// <param name="source">The table, and which of its samples are in the graph; asked for only where there is no graph yet.</param>
    /// <param name="oneScale">See <see cref="IFeatureSpace.HasOneScale"/>.</param>
    public static async Task<NeighbourSpace> OpenAsync(
        IArtifactStore store, string key, Func<Task<(FeatureTable Table, IReadOnlyList<int> Samples)>> source, bool oneScale,
        TorchDevice device, CancellationToken cancellation)
    {
        if (await store.FindManifestAsync<NeighbourFile>($"{key}/manifest.json", cancellation) is { } found)
            return await LoadAsync(store, found.Content.File, device, cancellation);

        var (table, samples) = await source();
        var made = await device.Thread.RunAsync(() => Make(table, samples, oneScale, device.Device, cancellation));
        var put = await store.CreateAsync(
            $"{key}/neighbours.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, made, null, token), cancellation);
        await store.CreateManifestAsync($"{key}/manifest.json", new NeighbourFile(put.Reference), cancellation);
        return await LoadAsync(store, put.Reference, device, cancellation);
    }

    /// <summary>The classes of other samples, by those of their neighbours in the graph.</summary>
    /// <param name="neighbours">From <see cref="NearestTo"/>, of M samples.</param>
    /// <param name="spread">Shape [N, K], from <see cref="NeighbourGraph.Spread"/>.</param>
    /// <returns>Shape [M, K], row by row; 0 where no label reaches any neighbour.</returns>
    public static float[] Answer(Neighbours neighbours, float[] spread, int classes)
    {
        var answers = new float[neighbours.Rows.Length / neighbours.K * classes];
        for (var place = 0; place < neighbours.Rows.Length; place++)
        {
            var weight = (float)neighbours.Weight(place, Temperature);
            var (to, from) = (place / neighbours.K * classes, neighbours.Rows[place] * classes);
            for (var i = 0; i < classes; i++)
                answers[to + i] += weight * spread[from + i];
        }

        return answers;
    }

    /// <summary>The nearest samples of the graph; to be called where torch works.</summary>
    /// <param name="vectors">As the table has them, shape [M, D].</param>
    public Neighbours NearestTo(Tensor vectors, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return Neighbours.Find(
            Project(vectors.to(_vectors.device), _mean, _deviation, _components), _vectors, _neighbours.K, isSelf: false, cancellation);
    }

    /// <summary>The nearest of some samples of a table, by cosine of vectors standardised over them, without a graph; to be called where
    /// torch works.</summary>
    /// <param name="vectors">As the table has them, shape [M, D].</param>
    /// <param name="samples">More than k.</param>
    public static Neighbours NearestOf(
        FeatureTable table, IReadOnlyList<int> samples, Tensor vectors, int k, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (mean, deviation) = Moments(table, samples, vectors.device, cancellation);
        var from = Project(vectors, mean, deviation, null);
        var similar = cat([.. samples.Chunk(Chunk).Select(chunk =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            return from.matmul(Project(table.Rows(chunk).to(vectors.device), mean, deviation, null).t()).MoveToOuterDisposeScope();
        })], 1);                                                                                    // [M, samples]
        var (cosines, places) = similar.topk(k, 1);
        return new Neighbours(
            k, [.. places.cpu().contiguous().data<long>().ToArray().Select(place => samples[(int)place])],
            cosines.cpu().contiguous().data<float>().ToArray());
    }

    public void Dispose()
    {
        _mean.Dispose();
        _deviation.Dispose();
        _components?.Dispose();
        _vectors.Dispose();
    }

    private static Tensor Kept(Tensor tensor) => tensor.DetachFromDisposeScope();

    // A chunk of the table at a time: of all samples only what is left after the projection stands in memory.
    private static SafetensorsTensor[] Make(
        FeatureTable table, IReadOnlyList<int> samples, bool oneScale, Device device, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (mean, deviation) = Moments(table, samples, device, cancellation);
        if (oneScale)
            deviation = deviation.square().mean().sqrt().expand(deviation.shape).contiguous();

        Tensor? components = null;
        if (mean.shape[0] > Components && samples.Count > Components)
        {
            using var inner = NewDisposeScope();
            var every = Math.Max(1, samples.Count / FittedOn);
            int[] some = [.. Enumerable.Range(0, samples.Count).Where(i => i % every == 0).Take(FittedOn).Select(i => samples[i])];
            var scaled = (table.Rows(some).to(device) - mean) / deviation;
            components = linalg.eigh(scaled.t().matmul(scaled)).Item2.narrow(1, mean.shape[0] - Components, Components).clone()
                .MoveToOuterDisposeScope();                                                                                // [D, P]
        }

        var vectors = cat([.. samples.Chunk(Chunk).Select(chunk =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            return Project(table.Rows(chunk).to(device), mean, deviation, components).MoveToOuterDisposeScope();
        })]);
        var nearest = Math.Min(Nearest, samples.Count - 1);
        var neighbours = Neighbours.Find(vectors, vectors, nearest, isSelf: true, cancellation);
        return
        [
            Weights.ModuleTensors.ToSafetensors("mean", mean),
            Weights.ModuleTensors.ToSafetensors("deviation", deviation),
            .. components is null ? [] : new[] { Weights.ModuleTensors.ToSafetensors("components", components) },
            Weights.ModuleTensors.ToSafetensors("vectors", vectors),
            SafetensorsTensor.Of<int>("neighbours", neighbours.Rows, samples.Count, nearest),
            SafetensorsTensor.Of<float>("cosines", neighbours.Cosines, samples.Count, nearest),
        ];
    }

    private static (Tensor Mean, Tensor Deviation) Moments(
        FeatureTable table, IReadOnlyList<int> samples, Device device, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using Scalar count = (double)samples.Count;
        Tensor Over(Func<Tensor, Tensor> of) => samples.Chunk(Chunk).Select(chunk =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            return of(table.Rows(chunk).to(device).to(ScalarType.Float64)).sum([0]).MoveToOuterDisposeScope();
        }).Aggregate((sum, part) => sum.Plus(part)).div(count);

        var mean = Over(rows => rows);
        var variance = Over(rows => (rows - mean) * (rows - mean));
        var deviation = variance.sqrt().add(Scalars.Of(SmallestDeviation), Scalars.Of(1));
        return (mean.to(ScalarType.Float32).MoveToOuterDisposeScope(), deviation.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    private static Tensor Project(Tensor rows, Tensor mean, Tensor deviation, Tensor? components)
    {
        var scaled = (rows - mean) / deviation;
        scaled = components is null ? scaled : nn.functional.normalize(scaled, 2, 1).matmul(components);
        return nn.functional.normalize(scaled, 2, 1);
    }

    private static async Task<NeighbourSpace> LoadAsync(
        IArtifactStore store, ArtifactReference reference, TorchDevice device, CancellationToken cancellation)
    {
        using var file = SafetensorsFile.Open(await store.MaterializeAsync(reference, cancellation));
        return await device.Thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            Tensor Read(string name) => tensor(file.Read<float>(name).ToArray(), [.. file.Entries[name].Shape], device: device.Device);
            return new NeighbourSpace(
                Read("mean"), Read("deviation"), file.Entries.ContainsKey("components") ? Read("components") : null, Read("vectors"),
                new Neighbours(
                    (int)file.Entries["neighbours"].Shape[1], file.Read<int>("neighbours").ToArray(), file.Read<float>("cosines")
                    .ToArray()));
        });
    }
}

/// <summary>A <see cref="NeighbourSpace"/> in the store.</summary>
[ArtifactKind(ArtifactKinds.Neighbours)]
public sealed record NeighbourFile(ArtifactReference File);
