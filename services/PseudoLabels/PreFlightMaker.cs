using System.Diagnostics;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Learning.Native;
using Pipeline.Learning.PreFlight;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Statistics;

namespace Pipeline.PseudoLabels;

/// <summary>Makes the pre-flight of a dataset version, once for all runs over it.</summary>
public sealed class PreFlightMaker(IArtifactStore store, TorchDevice device) : IDisposable
{
    /// <summary>Raised when the same samples would get other figures, another choice or other advice.</summary>
    private const int Format = 1;

    private static readonly PreFlightSettings Settings = new();

    // Many runs over one dataset version can start at once: the second waits for the first and finds its work.
    private readonly SemaphoreSlim _one = new(1);

    private readonly TokenizerMaker _tokenizers = new(store);

    /// <summary>The pre-flight, found or made now. Of several makers the first counts, for all.</summary>
    public Task<(ArtifactReference Reference, PreFlight Content)> MakeAsync(
        ArtifactReference reference, DatasetManifest dataset, Experiment experiment, CancellationToken cancellation) =>
        Modalities.IsSequence(dataset.Modality)
            ? MakeAsync(
                new { dataset = reference.Key, tokenizer = TokenizerMaker.MadeFrom(experiment.Tokenizer!), Settings },
                () => MeasureAsync(reference, dataset, experiment.Tokenizer!, cancellation),
                cancellation)
            : MakeAsync(reference, dataset, experiment.PseudoLabels, cancellation);

    /// <summary>That of images.</summary>
    /// <inheritdoc cref="MakeAsync(ArtifactReference, DatasetManifest, Experiment, CancellationToken)"/>
    public Task<(ArtifactReference Reference, PreFlight Content)> MakeAsync(
        ArtifactReference reference, DatasetManifest dataset, PseudoLabelSpec spec, CancellationToken cancellation) => MakeAsync(
            new { dataset = reference.Key, dataset.Input, spec, Settings, Names = ViewPretext.All.Select(pretext => pretext.Name) },
            () => MeasureAsync(reference, dataset, spec, cancellation),
            cancellation);

    public void Dispose()
    {
        _one.Dispose();
        _tokenizers.Dispose();
    }

    private async Task<(ArtifactReference Reference, PreFlight Content)> MakeAsync(
        object madeFrom, Func<Task<PreFlight>> measure, CancellationToken cancellation)
    {
        var key = $"pre-flight/{ContentKey.Of(ArtifactKinds.PreFlight, Format, madeFrom)}.json";
        if (await store.FindManifestAsync<PreFlight>(key, cancellation) is { } found)
            return found;

        await _one.WaitAsync(cancellation);
        try
        {
            if (await store.FindAsync(key, cancellation) is null)
                await store.CreateManifestAsync(key, await measure(), cancellation);
        }
        finally
        {
            _one.Release();
        }

        return (await store.FindManifestAsync<PreFlight>(key, cancellation))!.Value;
    }

    private async Task<PreFlight> MeasureAsync(
        ArtifactReference reference, DatasetManifest dataset, TokenizerSpec spec, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (_, tokenizer) = await _tokenizers.MakeAsync(dataset, spec, cancellation);
        using var samples = SampleReader.Open(store, dataset with { Shards = Drawn(dataset) }, Split.Train);
        var drawn = new CounterRandom(Settings.Seed, "pre-flight").Permutation(samples.Count).Take(Settings.MostSamples);
        var tokens = drawn
            .Select(sample => tokenizer.Encode(Encoding.UTF8.GetString(samples.Text(sample))).Ids)
            .Select(ids => ids[..Math.Min(ids.Length, spec.Length - 2)])
            .ToList();
        var task = TokenMeasurement.Measure(tokens, tokenizer.Special, tokenizer.Count, Settings);
        var choice = new PretextChoice([Experiment.MaskedToken], $"{Experiment.MaskedToken}: the one task of {dataset.Modality}");
        return Of(reference, dataset, tokens.Count, [task], choice, clock);
    }

    private async Task<PreFlight> MeasureAsync(
        ArtifactReference reference, DatasetManifest dataset, PseudoLabelSpec spec, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var samples = SampleReader.Open(store, dataset with { Shards = Drawn(dataset) }, Split.Train);
        var measurement = new PreFlightMeasurement(samples, Settings, spec.Ambiguity);
        var distinguishable = measurement.Distinguishable(cancellation);
        var tasks = await device.Thread.RunAsync(() => measurement.Measure(distinguishable, cancellation));
        return Of(reference, dataset, measurement.Samples, tasks, PretextRule.Choose(tasks), clock);
    }

    private static PreFlight Of(
        ArtifactReference reference, DatasetManifest dataset, int samples, IReadOnlyList<PretextOutlook> tasks, PretextChoice choice,
        Stopwatch clock) => new()
        {
            Dataset = reference,
            Samples = samples,
            Tasks = tasks,
            Choice = choice,
            Labels = Balance.Of(dataset),
            Seconds = clock.Elapsed.TotalSeconds,
        };

    // At least so many shards, and more where they are small: enough to draw all samples from.
    private static SampleShard[] Drawn(DatasetManifest dataset)
    {
        var training = dataset.Shards.Where(shard => shard.Split == Split.Train).ToArray();
        var drawn = new SortedSet<int>();
        var samples = 0L;
        foreach (var place in new CounterRandom(Settings.Seed, "pre-flight-shards").Permutation(training.Length))
        {
            if (drawn.Count >= Settings.LeastShards && samples >= Settings.MostSamples)
                break;

            drawn.Add(place);
            samples += training[place].Samples;
        }

        return [.. drawn.Select(place => training[place])];
    }
}

/// <summary>Which pretext tasks a run has: those of its experiment, or for <c>auto</c> what the pre-flight chose. The choice is read from
/// the store each time, so it is the same for all who ask, however often a message comes.</summary>
public sealed class RunPretext(IArtifactStore store, PreFlightMaker preFlights)
{
    /// <returns>The experiment with the tasks that it became, and the pre-flight.</returns>
    /// <exception cref="PipelineException">The experiment is of another modality than the dataset.</exception>
    public async Task<(Experiment Experiment, ArtifactReference PreFlight)> ResolveAsync(RunReference run, DatasetManifest dataset,
        CancellationToken cancellation)
    {
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, cancellation);
        if (experiment.Modality != dataset.Modality)
            throw new PipelineException(
                $"Experiment '{experiment.Name}' is of modality {experiment.Modality}, and dataset '{dataset.Dataset}' holds "
                + $"{dataset.Modality}; an experiment must be of the dataset's modality.");

        var (reference, preFlight) = await preFlights.MakeAsync(run.Dataset, dataset, experiment, cancellation);
        var isAuto = experiment.Pretext is [Experiment.AutoPretext];
        return (isAuto ? experiment with { Pretext = preFlight.Choice.Tasks } : experiment, reference);
    }
}

/// <summary>How the labels of the training split spread over the classes.</summary>
internal static class Balance
{
    public static LabelBalance Of(DatasetManifest dataset)
    {
        var labelled = dataset.ClassCounts.Sum(count => count.Train);
        var samples = dataset.Shards.Where(shard => shard.Split == Split.Train).Sum(shard => (long)shard.Samples);
        double[] shares = [.. dataset.ClassCounts.Where(count => count.Train > 0).Select(count => count.Train / (double)labelled)];
        return new LabelBalance(
            samples > 0 ? labelled / (double)samples : 0,
            dataset.ClassCounts.ToDictionary(count => count.Class, count => count.Train),
            shares.DefaultIfEmpty().Max(),
            shares.Length == 0 ? 0 : Math.Exp(-shares.Sum(share => share * Math.Log(share))));
    }
}
