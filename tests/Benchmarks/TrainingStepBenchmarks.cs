using BenchmarkDotNet.Attributes;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Tests.Benchmarks;

/// <summary>A pretraining step of 32 grey images of 28×28 in all eight views against the
/// bare network on as many images that are ready: what views and augmentation cost.</summary>
[InProcess]
public class TrainingStepBenchmarks
{
    private const int Samples = 32;
    private const int Size = 28;
    private const int Pixels = Size * Size;

    private readonly PretextBatch _batch = MakeBatch();
    private TorchDevice _device = null!;
    private Trainer _trainer = null!;
    private ViewModel _network = null!;
    private optim.Optimizer _optimizer = null!;
    private Tensor _images = null!;
    private Tensor _labels = null!;

    [GlobalSetup]
    public void Build()
    {
        _device = new TorchDevice(new TorchOptions());
        var task = ViewPretext.RotationFlip;
        var experiment = new Experiment
        {
            Name = "benchmark",
            Data = "none",
            Pretext = [task.Name],
            FineTuning = new FineTuningSpec { Labels = [1] }
        };
        _trainer = new Trainer(new ViewModel(experiment, [(task.Name, View.Count)]), experiment.Pretraining, 1_000_000, _device.Device);
        _network = new ViewModel(experiment, [(task.Name, View.Count)]);
        _optimizer = optim.AdamW(_network.parameters(), 1e-3);
        _images = rand(Samples * View.Count, 1, Size, Size);
        _labels = tensor(_batch.Labels[0]);
    }

    [Benchmark(Baseline = true)]
    public float BareNetwork()
    {
        using var scope = NewDisposeScope();
        var loss = nn.functional.cross_entropy(_network.Forward(_images).Logits[0], _labels);
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
        return loss.item<float>();
    }

    [Benchmark]
    public double PretrainingStep() => _trainer.Train(_batch);

    private static PretextBatch MakeBatch()
    {
        var random = new Random(1);
        var pixels = new byte[Samples * Pixels];
        random.NextBytes(pixels);
        var all = Enumerable.Range(0, Samples).Select(i => (long)i).ToArray();
        var views = Enumerable.Range(0, View.Count).ToArray();
        var numbers = Enumerable.Range(0, Samples * View.Count).SelectMany(_ => (float[])[1.1f, 1.5f, -1.5f, 0.9f, 10, 20]).ToArray();
        return new PretextBatch(0, pixels, [.. views.Select(_ => all)],
            [[.. views.SelectMany(view => Enumerable.Repeat((long)view, Samples))]], numbers);
    }
}
