using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>The labels of a draw spread over the whole training split, unlabelled samples too, by the neighbours that an encoder gives them
/// (Iscen et al. 2019, arXiv:1904.04717). The model is what each sample of the split became.</summary>
internal sealed class PropagationArm(Arm arm, SpaceOf of) : ITrialArm
{
    private const string Name = "propagation.classes";

    public Arm Arm => arm;

    public bool Pretrained => of is SpaceOf.Pretrained or SpaceOf.Fused;

    public bool Suits(string task, string modality) =>
        task == LabelTasks.Classification && (of is SpaceOf.Pretrained or SpaceOf.Random || modality != Modalities.Text);

    public IReadOnlyList<string?> Readouts(Experiment experiment) => of == SpaceOf.Described
        ? [.. Descriptions.For(experiment.Modality, experiment.Input).Where(Descriptions.IsDense)]
        : [.. experiment.FineTuning.Readout];

    public SpaceOf? Table(FineTuningSpec spec, string? readout) => of;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => spec.PropagationShares;

    public object Inputs(Experiment experiment, EncoderManifest encoder) => new
    {
        encoder.Tokenizer,
        space = of,
        graph = GraphDraw.Of(experiment.FineTuning),
        weights = Pretrained ? encoder.File.Digest : null,
        architecture = of == SpaceOf.Described ? null : experiment.Encoder,
    };

    public async Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var space = await session.NeighboursAsync(of, trial.Readout!, cancellation);
        var classes = session.Training.Truth.Names.Count;
        var rows = session.Pool.Index().ToDictionary(sample => sample.Item, sample => sample.Index);
        var labelled = session.Draw(trial)
            .Select(place => (rows[session.Training.Numbers[place]], session.Training.Truth.Labels[place])).ToList();
        var spread = space.Graph.Spread(labelled, classes, trial.LearningRate);
        var neighbours = await session.HeldOutNeighboursAsync(of, trial.Readout!, cancellation);
        return new TrainedModel(
            [SafetensorsTensor.Of<float>(Name, spread, space.Graph.Count, classes)],
            Answers(neighbours, spread, classes), [], spread.Length);
    }

    public async Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation)
    {
        var neighbours = await session.HeldOutNeighboursAsync(of, trial.Readout!, cancellation);
        return Answers(neighbours, model.Read<float>(Name).ToArray(), session.HeldOut.Truth.Names.Count);
    }

    private static int[] Answers(Neighbours neighbours, float[] spread, int classes) =>
        [.. NeighbourSpace.Answer(neighbours, spread, classes).Chunk(classes).Select(row => Array.IndexOf(row, row.Max()))];
}
