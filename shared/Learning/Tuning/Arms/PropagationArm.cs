using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>The labels of a draw spread over the whole training split, unlabelled samples too, by the neighbours that an encoder gives them
/// (Iscen et al. 2019, arXiv:1904.04717). The model is what each sample of the split became.</summary>
internal sealed class PropagationArm(Arm arm, SpaceOf of) : ITrialArm
{
    private const string Name = "propagation.classes";
    private const string Labels = "propagation.labels";

    /// <summary>Raised when the same inputs would spread otherwise.</summary>
    private const int Format = 2;

    public Arm Arm => arm;

    public bool Pretrained => of is SpaceOf.Pretrained or SpaceOf.Fused;

    public bool Suits(ITask task, string modality) => task.PerSample;

    public IReadOnlyList<string?> Readouts(Experiment experiment) => of == SpaceOf.Described
        ? [.. Descriptions.For(experiment.Modality, experiment.Input).Where(Descriptions.IsDense)]
        : [.. experiment.FineTuning.Readout];

    public SpaceOf? Table(FineTuningSpec spec, string? readout) => of;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => spec.PropagationShares;

    public object Inputs(Experiment experiment, EncoderManifest encoder) => new
    {
        Format,
        encoder.Tokenizer,
        space = of,
        graph = GraphDraw.Of(experiment.FineTuning),
        weights = Pretrained ? encoder.File.Digest : null,
        architecture = of == SpaceOf.Described ? null : experiment.Encoder,
    };

    public async Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var made = await Propagation.OfAsync(session, of, trial.Readout!, trial, trial.LearningRate, cancellation);
        return new TrainedModel(
            [
                SafetensorsTensor.Of<float>(Name, made.Classes, made.Reach.Pool, made.Labels.Length),
                SafetensorsTensor.Of<int>(Labels, made.Labels, made.Labels.Length),
            ],
            made.HeldOut, [], made.Classes.Length, made.Reach);
    }

    public async Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation)
    {
        var neighbours = await session.HeldOutNeighboursAsync(of, trial.Readout!, cancellation);
        return Propagation.Answers(neighbours, model.Read<float>(Name).ToArray(), model.Read<int>(Labels).ToArray()).Classes;
    }
}
