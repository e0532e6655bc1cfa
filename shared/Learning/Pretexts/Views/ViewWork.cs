using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using TorchSharp;

namespace Pipeline.Learning.Pretexts.Views;

/// <summary>Pretraining on images in all views of their pretext tasks.</summary>
public sealed class ViewWork : IPretrainingWork
{
    private const int MeasuredAtOnce = 64;

    private readonly ViewSamples training;
    private readonly ViewSamples heldOut;
    private readonly ViewBatches batches;
    private readonly ViewBatches heldOutBatches;
    private readonly ViewTrainer trainer;

    private ViewWork(Experiment experiment, IReadOnlyList<PseudoLabelManifest> pseudoLabels, torch.Device device, ViewSamples training, ViewSamples heldOut)
    {
        this.training = training;
        this.heldOut = heldOut;
        batches = new ViewBatches(training, experiment.Pretraining);
        heldOutBatches = new ViewBatches(heldOut, experiment.Pretraining);
        trainer = new ViewTrainer(experiment, [.. pseudoLabels.Select(labels => (labels.Task, labels.Classes))], batches.Steps, device);
    }

    public long StepsDone => trainer.Step;

    public long Steps => batches.Steps;

    public double LearningRate => trainer.LearningRate;

    public int HeldOut => heldOut.Usable.Count;

    public static async Task<ViewWork> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, IReadOnlyList<PseudoLabelManifest> pseudoLabels, TorchDevice device, CancellationToken cancellation)
    {
        var training = await ViewSamples.OpenAsync(store, dataset, pseudoLabels, Split.Train, cancellation);
        var heldOut = await ViewSamples.OpenAsync(store, dataset, pseudoLabels, Split.Validation, cancellation);
        return await device.Thread.RunAsync(() => new ViewWork(experiment, pseudoLabels, device.Device, training, heldOut));
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
