using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Weights;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>The class of the nearest labelled sample, or of the nearest mean of a class,
/// by the cosine of the pretrained encoder's features; features are standardised over the draw first. Nothing is learned.</summary>
internal sealed class NearestArm(Arm arm, bool means) : ITrialArm
{
    private const double SmallestDeviation = 1e-3;

    public Arm Arm => arm;

    public bool Pretrained => true;

    public bool Suits(ITask task, string modality) => task.PerSample;

    public SpaceOf? Table(FineTuningSpec spec, string? readout) => SpaceOf.Pretrained;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => [0];

    public object Inputs(Experiment experiment, EncoderManifest encoder) =>
        new { encoder.Tokenizer, weights = encoder.File.Digest, architecture = experiment.Encoder };

    public async Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var draw = session.Draw(trial);
        using var rows = await session.TrainingRowsAsync(SpaceOf.Pretrained, trial.Readout, draw, cancellation);
        var heldOut = await session.HeldOutRowsAsync(SpaceOf.Pretrained, trial.Readout, cancellation);
        return await session.Device.Thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var (classes, labels) = (session.Training.Truth.Names.Count, session.Training.Targets(draw, rows.device));
            var mean = rows.mean([0]);
            var deviation = rows.std(0, unbiased: false).add(Scalars.Of(SmallestDeviation), Scalars.Of(1));
            var vectors = Direction(rows, mean, deviation);
            if (means)
            {
                var members = nn.functional.one_hot(labels, classes).to(ScalarType.Float32).t();        // [K, n]
                var known = members.sum(1).gt(Scalars.Of(0.0)).nonzero().flatten();
                (vectors, labels) = (nn.functional.normalize(members.matmul(vectors), 2, 1).index_select(0, known), known);
            }

            SafetensorsTensor[] tensors =
            [
                ModuleTensors.ToSafetensors("mean", mean), ModuleTensors.ToSafetensors("deviation", deviation),
                ModuleTensors.ToSafetensors("vectors", vectors), ModuleTensors.ToSafetensors("labels", labels),
            ];
            return new TrainedModel(tensors, Answer(Direction(heldOut, mean, deviation), vectors, labels), [], vectors.numel());
        });
    }

    public async Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation)
    {
        var heldOut = await session.HeldOutRowsAsync(SpaceOf.Pretrained, trial.Readout, cancellation);
        return await session.Device.Thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            Tensor Read(string name) => tensor(model.Read<float>(name).ToArray(), [.. model.Entries[name].Shape], device: heldOut.device);
            var labels = tensor(model.Read<long>("labels").ToArray(), device: heldOut.device);
            return Answer(Direction(heldOut, Read("mean"), Read("deviation")), Read("vectors"), labels);
        });
    }

    private static Tensor Direction(Tensor rows, Tensor mean, Tensor deviation) =>
        nn.functional.normalize((rows - mean) / deviation, 2, 1);

    private static int[] Answer(Tensor from, Tensor vectors, Tensor labels) =>
        [.. labels.index_select(0, from.matmul(vectors.t()).argmax(1)).cpu().data<long>().ToArray().Select(label => (int)label)];
}
