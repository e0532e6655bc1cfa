using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;
using Pipeline.Statistics;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>Logistic regression without a network, on one of the modality's <see cref="Descriptions"/>. Validation chooses which,
/// and in each trial the penalty.</summary>
internal sealed class BaselineArm : ITrialArm
{
    private readonly ProbeArm _dense = new(Arm.Baseline, SpaceOf.Described);

    public Arm Arm => Arm.Baseline;

    public bool Pretrained => false;

    public IReadOnlyList<string?> Readouts(Experiment experiment) => [.. Descriptions.For(experiment.Modality, experiment.Input)];

    public bool Suits(ITask task, string modality) => task.PerSample;

    public SpaceOf? Table(FineTuningSpec spec, string? readout) => Descriptions.IsDense(readout!) ? SpaceOf.Described : null;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => [0];

    public object Inputs(Experiment experiment, EncoderManifest encoder) =>
        new { experiment.FineTuning.BaselinePenalties, experiment.FineTuning.ProbePenalties, experiment.Evaluation.Metric };

    public Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation) =>
        Descriptions.IsDense(trial.Readout!)
            ? _dense.TrainAsync(session, trial, cancellation)
            : session.Device.Thread.RunAsync(() => Count(session, trial, cancellation));

    public Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation) =>
        Descriptions.IsDense(trial.Readout!)
            ? _dense.PredictAsync(session, trial, model, cancellation)
            : session.Device.Thread.RunAsync(() =>
            {
                using var baseline = Baseline.Load(model, session.HeldOut.Truth.Names.Count);
                return baseline.Predict(session.HeldOut);
            });

    private static TrainedModel Count(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var (draw, experiment) = (session.Draw(trial), session.Experiment);
        TrainedModel? best = null;
        var highest = double.NegativeInfinity;
        foreach (var penalty in experiment.FineTuning.BaselinePenalties.OrderDescending())
        {
            var (model, loss) = Baseline.Fit(trial.Readout!, session.Training, draw, penalty, cancellation);
            using var fitted = model;
            var answers = fitted.Predict(session.HeldOut);
            if (Metrics.Judge(experiment.Evaluation.Metric, session.HeldOut.Truth, [answers]).Mean is var score && score > highest)
                (best, highest) = (new TrainedModel([.. fitted.Tensors()], answers, loss, fitted.Size), score);
        }

        return best!;
    }
}
