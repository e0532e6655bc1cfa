using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Hosting.Runs;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Statistics;

namespace Pipeline.Evaluation;

/// <summary>From all trials of a run to its verdict, report and promoted model.</summary>
public sealed class RunEvaluator(
    IArtifactStore store, RunLedger ledger, TestPredictor predictor, TorchDevice device)
{
    /// <param name="progressed">Called with how many test predictions of how many are made.</param>
    public async Task<VerdictReached> EvaluateAsync(TrialsReady ready, Func<int, int, Task> progressed, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var run = ready.Run;
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, cancellation);
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset, cancellation);
        var encoders = await ReadAllAsync<EncoderManifest>(ready.Encoders ?? [ready.Encoder], cancellation);
        var labelled = await ledger.FindAsync<PseudoLabelsReady>(run.RunId, Stage.PseudoLabels, cancellation)
            ?? throw new PipelineException($"The store has no record of the pseudo-labels of run '{run.RunId}'. Request the run again.");
        var pseudoLabels = await ReadAllAsync<PseudoLabelManifest>(labelled.PseudoLabels, cancellation);
        var trials = await ReadAllAsync<TrialResult>((await store.ReadManifestAsync<TrialsManifest>(ready.Trials, cancellation)).Results,
            cancellation);
        var chosen = LearningRateChoice.Chosen(trials, experiment.Evaluation.Metric);
        var (truth, predictions) = await predictor.PredictAsync(
            experiment, dataset, encoders, chosen, done => progressed(done, chosen.Count), cancellation);

        var evaluated = new EvaluatedRun
        {
            RunId = run.RunId,
            Experiment = experiment,
            Dataset = dataset,
            PreFlight = labelled.PreFlight is { } measured ? await store.ReadManifestAsync<PreFlight>(measured, cancellation) : null,
            PseudoLabels = pseudoLabels,
            Encoder = encoders[0],
            FurtherEncoders = [.. encoders.Skip(1)],
            Trials = trials,
            Truth = truth,
            Predictions = predictions,
            EvaluationSeconds = clock.Elapsed.TotalSeconds,
        };
        var assessment = ReportBuilder.Build(evaluated);
        var page = ReportPage.Render(new ReportPageContent
        {
            Run = evaluated,
            Assessment = assessment,
            Exhibits = await ExhibitsAsync(new PretextSource(store, experiment, dataset, pseudoLabels), cancellation),
            Neighbours = await new NeighbourFinder(store, device).FindAsync(
                experiment, dataset, encoders[0], chosen.Where(trial => trial.Trial.Arm == Arm.Frozen).MinBy(trial => trial.Trial.Labels)!
                .Trial.Readout, cancellation),
            Provenance = Provenance(ready, labelled, dataset, encoders, pseudoLabels),
        });

        var report = await WriteAsync(
            $"runs/{run.RunId}/report.json", JsonSerializer.SerializeToUtf8Bytes(assessment.Report, PipelineJson.Options), cancellation);
        var html = await WriteAsync($"runs/{run.RunId}/report.html", Encoding.UTF8.GetBytes(page), cancellation);
        return new VerdictReached(run, assessment.Report.Verdict, report, html, Promote(experiment, assessment.Report.Verdict, chosen));
    }

    /// <summary>The pretrained model at the largest label count that did best on validation, over all encoders, if the experiment wants it
    /// promoted.</summary>
    private static ArtifactReference? Promote(Experiment experiment, Verdict verdict, IReadOnlyList<TrialResult> chosen)
    {
        var wanted = experiment.Evaluation.Promote switch
        {
            "helps" => verdict == Verdict.Helps,
            "no-evidence" => verdict != Verdict.Hurts,
            _ => false,
        };
        return wanted
            ? chosen.Where(result => result.Trial.Arm == Arm.Pretrained)
                .OrderByDescending(result => result.Trial.Labels)
                .ThenByDescending(result => LearningRateChoice.Validation(result, experiment.Evaluation.Metric))
                .First().Model
            : null;
    }

    private static IReadOnlyList<(string What, ArtifactReference Artifact)> Provenance(
        TrialsReady ready, PseudoLabelsReady labelled, DatasetManifest dataset, IReadOnlyList<EncoderManifest> encoders,
        IReadOnlyList<PseudoLabelManifest> pseudoLabels) =>
    [
        ("Experiment", ready.Run.Experiment),
        ("Dataset version", ready.Run.Dataset),
        ("Origin of every sample", dataset.Provenance),
        .. dataset.Shards.Select(shard => ($"Samples, {shard.Split.ToString().ToLowerInvariant()}", shard.File)),
        .. labelled.PreFlight is { } measured ? [("Pre-flight", measured)] : Array.Empty<(string, ArtifactReference)>(),
        .. pseudoLabels.Zip(labelled.PseudoLabels, (manifest, reference) => ($"Pseudo-labels, {manifest.Task}", reference)),
        .. encoders.Zip(ready.Encoders ?? [ready.Encoder]).SelectMany(
            encoder => new[] { ("Encoder", encoder.First.File), ("Encoder's manifest", encoder.Second) }),
        ("Trials", ready.Trials),
    ];

    private async Task<IReadOnlyList<Exhibit>> ExhibitsAsync(PretextSource source, CancellationToken cancellation)
    {
        var exhibits = new List<Exhibit>();
        foreach (var labels in source.PseudoLabels)
            exhibits.Add(await PretextList.Named(labels.Task).ShowAsync(source, device, cancellation));

        return exhibits;
    }

    private async Task<IReadOnlyList<T>> ReadAllAsync<T>(IReadOnlyList<ArtifactReference> references, CancellationToken cancellation)
    {
        var read = new List<T>(references.Count);
        foreach (var reference in references)
            read.Add(await store.ReadManifestAsync<T>(reference, cancellation));

        return read;
    }

    private async Task<ArtifactReference> WriteAsync(string key, byte[] content, CancellationToken cancellation) =>
        (await store.CreateAsync(key, async (stream, token) => await stream.WriteAsync(content, token), cancellation)).Reference;
}
