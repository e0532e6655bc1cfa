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

    private readonly ViewSamples _training;
    private readonly ViewSamples _heldOut;
    private readonly ViewBatches _batches;
    private readonly ViewBatches _heldOutBatches;
    private readonly ViewTrainer _trainer;

    private ViewWork(
        Experiment experiment, IReadOnlyList<PseudoLabelManifest> pseudoLabels, torch.Device device, ViewSamples training, ViewSamples heldOut)
    {
        _training = training;
        _heldOut = heldOut;
        _batches = new ViewBatches(training, experiment.Pretraining);
        _heldOutBatches = new ViewBatches(heldOut, experiment.Pretraining);
        _trainer = new ViewTrainer(experiment, [.. pseudoLabels.Select(labels => (labels.Task, labels.Classes))], _batches.Steps, device);
    }

    public long StepsDone => _trainer.Step;

    public long Steps => _batches.Steps;

    public double LearningRate => _trainer.LearningRate;

    public int HeldOut => _heldOut.Usable.Count;

    public static async Task<ViewWork> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, IReadOnlyList<PseudoLabelManifest> pseudoLabels, TorchDevice device,
        CancellationToken cancellation)
    {
        var training = await ViewSamples.OpenAsync(store, dataset, pseudoLabels, Split.Train, cancellation);
        var heldOut = await ViewSamples.OpenAsync(store, dataset, pseudoLabels, Split.Validation, cancellation);
        return await device.Thread.RunAsync(() => new ViewWork(experiment, pseudoLabels, device.Device, training, heldOut));
    }

    public TrainingStep Assemble(long number)
    {
        var batch = _batches.Training(number);
        return new TrainingStep(number, batch.Rows, () => _trainer.Train(batch));
    }

    public HeldOutMeasure Measure(int samples) => _trainer.Measure(Batches(samples));

    public IReadOnlyList<SafetensorsTensor> Save() => _trainer.Save();

    public void Load(SafetensorsFile checkpoint) => _trainer.Load(checkpoint);

    public IReadOnlyList<SafetensorsTensor> SaveEncoder() => _trainer.SaveEncoder();

    public void Dispose()
    {
        _trainer.Dispose();
        _training.Dispose();
        _heldOut.Dispose();
    }

    private IEnumerable<PretextBatch> Batches(int samples)
    {
        for (var first = 0; first < samples; first += MeasuredAtOnce)
            yield return _heldOutBatches.Plain(first, Math.Min(MeasuredAtOnce, samples - first));
    }
}
