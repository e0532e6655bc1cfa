using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>Logistic regression on the features of an encoder that stays as it is. The model is the head alone; validation chooses its
/// penalty in each trial.</summary>
internal sealed class ProbeArm(Arm arm, SpaceOf space) : ITrialArm
{
    public Arm Arm => arm;

    public bool Pretrained => space is SpaceOf.Pretrained or SpaceOf.Fused;

    public bool Suits(ITask task, string modality) =>
        space != SpaceOf.Fused || task.PerSample;

    public SpaceOf? Table(FineTuningSpec spec, string? readout) => readout is null ? null : space;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => [0];

    public object Inputs(Experiment experiment, EncoderManifest encoder) => new
    {
        experiment.FineTuning.Task,
        encoder.Tokenizer,
        weights = Pretrained ? encoder.File.Digest : null,
        architecture = experiment.Encoder,
        fused = space == SpaceOf.Fused,
        experiment.FineTuning.ProbePenalties,
        experiment.Evaluation.Metric,
    };

    public async Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var draw = session.Draw(trial);
        using var rows = await session.TrainingRowsAsync(space, trial.Readout, draw, cancellation);
        var heldOut = await session.HeldOutRowsAsync(space, trial.Readout, cancellation);
        var oneScale = (await session.SpaceAsync(space, trial.Readout, cancellation)).HasOneScale;
        var truth = session.HeldOut.Truth;
        return await session.Device.Thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var labels = tensor(draw.SelectMany(session.Training.Labels).Select(label => (long)label).ToArray(), device: rows.device);
            var (probe, loss, answers) = LinearProbe.FitBest(
                rows, labels, truth.Names.Count, session.Experiment.FineTuning.ProbePenalties, heldOut,
                made => Metrics.Judge(session.Experiment.Evaluation.Metric, truth, [made]).Mean, oneScale, cancellation);
            using var fitted = probe;
            return new TrainedModel([.. fitted.Tensors()], answers, loss, fitted.Size);
        });
    }

    public async Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation)
    {
        var heldOut = await session.HeldOutRowsAsync(space, trial.Readout, cancellation);
        return await session.Device.Thread.RunAsync(() =>
        {
            using var probe = LinearProbe.Load(model, (int)heldOut.shape[1], session.HeldOut.Truth.Names.Count, session.Device.Device);
            return probe.Predict(heldOut);
        });
    }
}
