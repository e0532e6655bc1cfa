using System.Text.Json;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>From predictions to the verdict. The same run gives the same report: all chance is seeded by the experiment.</summary>
public static class ReportBuilder
{
    /// <exception cref="PipelineException">A trial at a chosen learning rate has no predictions,
    /// or the encoder has no history of a pretext task.</exception>
    public static Assessment Build(EvaluatedRun run)
    {
        var labels = run.Experiment.FineTuning.Labels.Order().ToArray();
        var metric = run.Experiment.Evaluation.Metric;
        var choice = LearningRateChoice.Of(run.Trials, metric);
        Arm[] tried = [.. run.Trials.Select(trial => trial.Trial.Arm).Distinct().Order()];
        var cells = (from arm in tried from count in labels select Cell.Of(run, arm, count, choice)).ToArray();

        var bootstrap = new PairedBootstrap(
            cells[0].Answers.Draws, cells[0].Answers.Samples, run.Experiment.Evaluation.Resamples, run.Experiment.Evaluation.Seed,
            cells.Max(cell => cell.Answers.Encoders));
        var resampled = cells.Zip(bootstrap.Resample([.. cells.Select(cell => cell.Answers)])).ToLookup(cell => cell.First.Arm);
        ArmCurve Curve(Arm arm) => new([.. resampled[arm].Select(cell => cell.First)], [.. resampled[arm].Select(cell => cell.Second)]);

        var curves = tried.ToDictionary(arm => arm, Curve);
        var byLabelCount = ByLabelCount(labels, curves);
        var report = new Report
        {
            Experiment = run.Experiment.Name,
            RunId = run.RunId,
            Verdict = byLabelCount[0].Verdict,
            EncoderDigest = run.Encoder.File.Digest,
            EncoderDigests = run.FurtherEncoders.Count == 0 ? null : [.. run.Encoders.Select(encoder => encoder.File.Digest)],
            ByLabelCount = byLabelCount,
            LabelsSaved = LabelsSavedEstimator.Estimate(
                labels, curves[Arm.Pretrained].Scores, curves[Arm.Scratch].Scores, curves[Arm.Pretrained].Resamples,
                curves[Arm.Scratch].Resamples),
            Recommended = Recommendations(run, labels, curves),
            PretrainingSeeds = run.Experiment.Pretraining.AllSeeds,
            Pretext = Pretext(run),
            PreFlight = run.PreFlight,
            Data = run.Dataset.Data,
            Cost = Cost(run),
            Environment = run.Encoder.Environment,
            Metric = metric,
            Metrics = [.. from cell in cells
                          select new ArmMetrics(cell.Arm, cell.Labels, Metrics.For(run.Truth).ToDictionary(
                              name => name, name => Metrics.Judge(name, run.Truth, cell.Predictions).Mean))],
        };

        ArmResult[] arms = [.. curves.Values.SelectMany(curve => curve.Results)];
        return new()
        {
            Report = report with { Warnings = [.. run.Dataset.Warnings, .. ReportWarnings.For(run, report, arms)] },
            Arms = arms,
            PretrainedConfusion = Confusion(run, curves[Arm.Pretrained]),
            ScratchConfusion = Confusion(run, curves[Arm.Scratch]),
        };
    }

    private static LabelCountResult[] ByLabelCount(int[] labels, Dictionary<Arm, ArmCurve> curves) =>
        [.. labels.Select((count, i) =>
        {
            double Mean(Arm arm) => curves[arm].Scores[i];
            double? Compared(Arm arm) => curves.ContainsKey(arm) ? Mean(arm) : null;
            var interval = curves[Arm.Pretrained].Resampled[i].DifferenceFrom(curves[Arm.Scratch].Resampled[i]);
            return new LabelCountResult(
                count, curves[Arm.Pretrained].Cells[i].Answers.Draws, Mean(Arm.Pretrained), Mean(Arm.Scratch), Mean(Arm.Frozen),
                Mean(Arm.FrozenRandom),
                Mean(Arm.Pretrained) - Mean(Arm.Scratch), interval.Low, interval.High, VerdictRule.Judge(interval))
            {
                Baseline = Compared(Arm.Baseline),
                Lora = Compared(Arm.Lora),
                LayerDecay = Compared(Arm.LayerDecay),
                Readout = curves[Arm.Pretrained].Cells[i].Setting.Readout,
                Arms = curves.ToDictionary(arm => arm.Key, arm => arm.Value.Scores[i]),
            };
        })];

    private static Recommendation[] Recommendations(EvaluatedRun run, int[] labels, Dictionary<Arm, ArmCurve> curves)
    {
        Recommendation[] advice = [.. labels.Select((_, i) => Recommend(run, i, curves))];
        var saved = LabelsSavedEstimator.Estimate(
            labels, [.. advice.Select(one => one.Score)], curves[Arm.Scratch].Scores,
            [.. advice.Select((one, i) => curves[one.Arm].Resamples[i])], curves[Arm.Scratch].Resamples);
        return [.. advice.Zip(saved, (one, found) => one with { LabelsSaved = one.Arm == Arm.Scratch ? null : found })];
    }

    private static Recommendation Recommend(EvaluatedRun run, int count, Dictionary<Arm, ArmCurve> curves)
    {
        double Validation(Arm arm) => curves[arm].Cells[count] is var cell
            ? run.Trials.Where(trial => cell.IsOf(trial.Trial))
                .Average(trial => LearningRateChoice.Validation(trial, run.Experiment.Evaluation.Metric))
            : 0;
        var arm = curves.Keys.Order().MaxBy(Validation);
        var (labels, score) = (curves[arm].Cells[count].Labels, curves[arm].Scores[count]);
        if (curves.Keys.Where(other => other is Arm.Baseline or Arm.BaselinePropagation).Order().ToList() is not [_, ..] baselines)
            return new Recommendation(labels, arm, score, null, null, null, null, null);

        var baseline = baselines.MaxBy(Validation);
        var interval = curves[arm].Resampled[count].DifferenceFrom(curves[baseline].Resampled[count]);
        var other = curves[baseline].Scores[count];
        return new Recommendation(labels, arm, score, baseline, other, score - other, interval.Low, interval.High);
    }

    private static ConfusionMatrix Confusion(EvaluatedRun run, ArmCurve curve) =>
        ConfusionMatrix.Of(run.Truth.Names.Count, run.Truth.Labels, curve.Cells[0].Predictions);

    private static PretextResult Pretext(EvaluatedRun run)
    {
        var first = run.PseudoLabels[0];
        return run.Encoder.HeldOut is { } last && last.Accuracy.TryGetValue(first.Task, out var heldOut)
            ? new(first.Task, heldOut, first.Samples, first.Ambiguous, run.Experiment.Pretext is [Experiment.AutoPretext])
            : throw new PipelineException(
                $"The encoder {run.Encoder.File.Key} has no held-out accuracy of the pretext task '{first.Task}'.");
    }

    private static CostSummary Cost(EvaluatedRun run)
    {
        var time = run.Time;
        var seconds = new Dictionary<Stage, double>
        {
            [Stage.Ingestion] = run.Dataset.Seconds,
            [Stage.PseudoLabels] = run.PseudoLabels.Sum(task => task.Seconds) + (run.PreFlight?.Seconds ?? 0),
            [Stage.Pretraining] = time.Total,
            [Stage.FineTuning] = run.Trials.Sum(trial => trial.Seconds),
            [Stage.Evaluation] = run.EvaluationSeconds,
        };
        return new(
            seconds.ToDictionary(stage => JsonNamingPolicy.KebabCaseLower.ConvertName(stage.Key.ToString()), stage => stage.Value),
            time.Total > 0 ? time.Views / time.Total : 0);
    }

    /// <summary>One arm at one label count, at its chosen learning rate.</summary>
    /// <param name="Predictions">By encoder, then by draw.</param>
    private sealed record Cell(
        Arm Arm, int Labels, LearningRateChoice.Setting Setting, IReadOnlyList<int[]> Predictions, Answers Answers)
    {
        public bool IsOf(Trial trial) => IsOf(trial, Arm, Labels, Setting);

        public static Cell Of(
            EvaluatedRun run, Arm arm, int labels, IReadOnlyDictionary<(Arm, int), LearningRateChoice.Setting> choice)
        {
            if (!choice.TryGetValue((arm, labels), out var setting))
                throw new PipelineException($"The run {run.RunId} has no trial of {arm} at {labels} labels.");

            int[][][] byEncoder = [.. run.Trials.Select(trial => trial.Trial)
                .Where(trial => IsOf(trial, arm, labels, setting))
                .GroupBy(trial => run.Experiment.Pretraining.PlaceOf(trial.PretrainingSeed))
                .OrderBy(encoder => encoder.Key)
                .Select(encoder => encoder.OrderBy(trial => trial.Draw).Select(trial => Predicted(run, trial)).ToArray())];
            Answers[] answers =
                [.. byEncoder.Select(draws => Metrics.Judge(run.Experiment.Evaluation.Metric, run.Truth, draws))];
            int[][] all = [.. byEncoder.SelectMany(draws => draws)];
            return new(arm, labels, setting, all, answers is [var only] ? only : new EncoderAnswers(answers));
        }

        private static bool IsOf(Trial trial, Arm arm, int labels, LearningRateChoice.Setting setting) =>
            trial == new Trial(arm, labels, trial.Draw, setting.LearningRate, setting.Readout, trial.PretrainingSeed);

        private static int[] Predicted(EvaluatedRun run, Trial trial) =>
            run.Predictions.FirstOrDefault(made => made.Trial == trial)?.Classes
            ?? throw new PipelineException($"The run {run.RunId} has no test predictions of {trial}.");
    }

    /// <param name="Cells">By label count, ascending.</param>
    /// <param name="Resampled">The same cells in the resamples.</param>
    private sealed record ArmCurve(IReadOnlyList<Cell> Cells, IReadOnlyList<ResampledCell> Resampled)
    {
        public IReadOnlyList<double> Scores { get; } = [.. Cells.Select(cell => cell.Answers.Mean)];

        /// <summary>[counts][resamples].</summary>
        public IReadOnlyList<double[]> Resamples { get; } = [.. Resampled.Select(cell => cell.Scores)];

        public IEnumerable<ArmResult> Results => Cells.Zip(Resampled, (cell, resampled) => new ArmResult(
            cell.Arm, cell.Labels, cell.Setting.LearningRate, cell.Answers.ByDraw, cell.Answers.Mean, resampled.Interval)
        {
            EncoderScores = [.. cell.Answers.ByEncoder.Select(draws => draws.Average())],
        });
    }
}
