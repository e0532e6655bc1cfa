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

    private readonly MaskedTokenSamples _training;
    private readonly MaskedTokenSamples _heldOut;
    private readonly MaskedTokenBatches _batches;
    private readonly MaskedTokenBatches _heldOutBatches;
    private readonly MaskedTokenTrainer _trainer;

    private MaskedTokenWork(Experiment experiment, torch.Device device, MaskedTokenSamples training, MaskedTokenSamples heldOut)
    {
        _training = training;
        _heldOut = heldOut;
        _batches = new MaskedTokenBatches(training, experiment.Pretraining);
        _heldOutBatches = new MaskedTokenBatches(heldOut, experiment.Pretraining);
        _trainer = new MaskedTokenTrainer(experiment, training.Task, training.Tokenizer, _batches.Steps, device);
    }

    public long StepsDone => _trainer.Step;

    public long Steps => _batches.Steps;

    public double LearningRate => _trainer.LearningRate;

    public int HeldOut => _heldOut.Count;

    public static async Task<MaskedTokenWork> OpenAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, PseudoLabelManifest pseudoLabels, TorchDevice device,
        CancellationToken cancellation)
    {
        var training = await MaskedTokenSamples.OpenAsync(store, dataset, pseudoLabels, Split.Train, cancellation);
        var heldOut = await MaskedTokenSamples.OpenAsync(store, dataset, pseudoLabels, Split.Validation, cancellation);
        return await device.Thread.RunAsync(() => new MaskedTokenWork(experiment, device.Device, training, heldOut));
    }

    public TrainingStep Assemble(long number)
    {
        var batch = _batches.Training(number);
        return new TrainingStep(number, batch.Count, () => _trainer.Train(batch));
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

    private IEnumerable<MaskedTokenBatch> Batches(int samples)
    {
        for (var first = 0; first < samples; first += MeasuredAtOnce)
            yield return _heldOutBatches.Stored(first, Math.Min(MeasuredAtOnce, samples - first));
    }
}
