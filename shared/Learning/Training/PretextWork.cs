using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using TorchSharp;

namespace Pipeline.Learning.Training;

/// <summary>Pretraining on images in all views of their pretext tasks.</summary>
public sealed class PretextWork : IPretrainingWork
{
    private const int MeasuredAtOnce = 64;

    private readonly PretextSamples training;
    private readonly PretextSamples heldOut;
    private readonly PretextBatches batches;
    private readonly PretextBatches heldOutBatches;
    private readonly PretextTrainer trainer;

    private PretextWork(Experiment experiment, IReadOnlyList<PseudoLabelManifest> pseudoLabels, torch.Device device, PretextSamples training, PretextSamples heldOut)
    {
        this.training = training;
        this.heldOut = heldOut;
        batches = new PretextBatches(training, experiment.Pretraining);
        heldOutBatches = new PretextBatches(heldOut, experiment.Pretraining);
        trainer = new PretextTrainer(experiment, [.. pseudoLabels.Select(labels => (labels.Task, labels.Classes))], batches.Steps, device);
    }

    public long StepsDone => trainer.Step;

    public long Steps => batches.Steps;

    public double LearningRate => trainer.LearningRate;

    public int HeldOut => heldOut.Usable.Count;

    public static async Task<PretextWork> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, IReadOnlyList<PseudoLabelManifest> pseudoLabels, TorchDevice device, CancellationToken cancellation)
    {
        var training = await PretextSamples.OpenAsync(store, dataset, pseudoLabels, Split.Train, cancellation);
        var heldOut = await PretextSamples.OpenAsync(store, dataset, pseudoLabels, Split.Validation, cancellation);
        return await device.Thread.RunAsync(() => new PretextWork(experiment, pseudoLabels, device.Device, training, heldOut));
    }

    public TrainingStep Assemble(long number)
    {
        var batch = batches.Training(number);
        return new TrainingStep(number, batch.Rows, () => trainer.Train(batch));
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

    private IEnumerable<PretextBatch> Batches(int samples)
    {
        for (var first = 0; first < samples; first += MeasuredAtOnce)
        {
            yield return heldOutBatches.Plain(first, Math.Min(MeasuredAtOnce, samples - first));
        }
    }
}
