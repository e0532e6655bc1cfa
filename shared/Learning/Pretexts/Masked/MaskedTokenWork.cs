using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using TorchSharp;

namespace Pipeline.Learning.Pretexts.Masked;

/// <summary>Pretraining on sequences whose tokens are masked.</summary>
public sealed class MaskedTokenWork : IPretrainingWork
{
    private const int MeasuredAtOnce = 64;

    private readonly MaskedTokenSamples training;
    private readonly MaskedTokenSamples heldOut;
    private readonly MaskedTokenBatches batches;
    private readonly MaskedTokenBatches heldOutBatches;
    private readonly MaskedTokenTrainer trainer;

    private MaskedTokenWork(Experiment experiment, torch.Device device, MaskedTokenSamples training, MaskedTokenSamples heldOut)
    {
        this.training = training;
        this.heldOut = heldOut;
        batches = new MaskedTokenBatches(training, experiment.Pretraining);
        heldOutBatches = new MaskedTokenBatches(heldOut, experiment.Pretraining);
        trainer = new MaskedTokenTrainer(experiment, training.Task, training.Tokenizer, batches.Steps, device);
    }

    public long StepsDone => trainer.Step;

    public long Steps => batches.Steps;

    public double LearningRate => trainer.LearningRate;

    public int HeldOut => heldOut.Count;

    public static async Task<MaskedTokenWork> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, PseudoLabelManifest pseudoLabels, TorchDevice device, CancellationToken cancellation)
    {
        var training = await MaskedTokenSamples.OpenAsync(store, dataset, pseudoLabels, Split.Train, cancellation);
        var heldOut = await MaskedTokenSamples.OpenAsync(store, dataset, pseudoLabels, Split.Validation, cancellation);
        return await device.Thread.RunAsync(() => new MaskedTokenWork(experiment, device.Device, training, heldOut));
    }

    public TrainingStep Assemble(long number)
    {
        var batch = batches.Training(number);
        return new TrainingStep(number, batch.Count, () => trainer.Train(batch));
    }

    public HeldOutMeasure Measure(int samples) => trainer.Measure(Batches(samples));

    public IReadOnlyList<SafetensorsTensor> Save() => trainer.Save();

    public void Load(SafetensorsFile checkpoint) => trainer.Load(checkpoint);

    public IReadOnlyList<SafetensorsTensor> SaveEncoder() => trainer.SaveEncoder();

    public void Dispose()
    {
        trainer.Dispose();
        training.Dispose();
        heldOut.Dispose();
    }

    private IEnumerable<MaskedTokenBatch> Batches(int samples)
    {
        for (var first = 0; first < samples; first += MeasuredAtOnce)
        {
            yield return heldOutBatches.Stored(first, Math.Min(MeasuredAtOnce, samples - first));
        }
    }
}
