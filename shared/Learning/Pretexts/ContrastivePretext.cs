using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts;

/// <summary>Tells which two of all views of a batch are of the same image (SimCLR, Chen et al. 2020, arXiv:2002.05709).</summary>
public sealed class ContrastivePretext : IPretext
{
    private const int ShownSamples = 4;
    private const int ShownViews = 4;

    public string Name => "contrastive";

    public bool Suits(string modality) => modality == Modalities.Image;

    /// <summary>All other views of the batch.</summary>
    public int Choices(Experiment experiment) => (2 * experiment.Pretraining.Batch) - 1;

    /// <summary>None: the targets come from the batch itself.</summary>
    public IPseudoLabeller? Labeller(LabellerSource source) => null;

    /// <exception cref="PipelineException">A batch has fewer than two samples.</exception>
    public Task<PretextBatches> OpenAsync(PretextSource source, Split split, CancellationToken cancellation)
    {
        var samples = SampleReader.Open(source.Store, source.Dataset, split);
        var spec = source.Experiment.Pretraining;
        return split == Split.Train && Math.Min(spec.Batch, samples.Count) < 2
            ? throw new PipelineException(
                $"Pretext '{Name}' compares the samples of a batch, and a batch has {Math.Min(spec.Batch, samples.Count)}: "
                + "pretraining.batch and the training split must have at least 2 samples.")
            : Task.FromResult<PretextBatches>(new ContrastiveBatches(samples, source.Experiment));
    }

    public PretextModel Create(PretextSource source) => new ContrastiveModel(source.Experiment);

    public async Task<Exhibit> ShowAsync(PretextSource source, TorchDevice device, CancellationToken cancellation)
    {
        using var batches = await OpenAsync(source, Split.Train, cancellation);
        var input = source.Input;
        return await device.Thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var views = new ImageViews(ContrastiveModel.SpecOf(source.Experiment), input.Size);
            var rows = new List<ExhibitRow>();
            for (var sample = 0; sample < Math.Min(ShownSamples, batches.Count); sample++)
            {
                var batch = (ContrastiveBatch)batches.Plain(sample, 1);
                var image = tensor(batch.Pixels, 1, input.Channels, input.Size, input.Size).to(ScalarType.Float32).div(Scalars.Of(255));
                var items = new List<ExhibitItem> { new(new ExhibitImage(batch.Pixels, input.Channels, input.Size), null, "as it is") };
                for (var view = 0; view < ShownViews; view++)
                {
                    var random = new CounterRandom(source.Experiment.Pretraining.Seed, "shown", sample, view);
                    var numbers = new float[ImageViews.Numbers];
                    views.Draw(ref random, numbers);
                    var shown = views.Apply(image, tensor(numbers, 1, ImageViews.Numbers)).mul(Scalars.Of(255.0))
                        .clamp(Scalars.Of(0.0), Scalars.Of(255.0)).to(ScalarType.Byte).cpu().data<byte>().ToArray();
                    items.Add(new ExhibitItem(new ExhibitImage(shown, input.Channels, input.Size), null, $"view {view + 1}"));
                }

                rows.Add(new ExhibitRow($"training sample {sample}", items));
            }

            return new Exhibit(
                Name, "Of each image two views like these are drawn; the encoder has to find the second among all views of the batch.",
                rows,
                []);
        });
    }
}

/// <summary>What one step trains on, still on the host.</summary>
/// <param name="Pixels">Originals, shape [N, C, S, S].</param>
/// <param name="First">Of the first view of each, shape [N, 16].</param>
/// <param name="Second">Of the second.</param>
public sealed record ContrastiveBatch(byte[] Pixels, float[] First, float[] Second) : IPretextBatch
{
    public long Views => 2L * First.Length / ImageViews.Numbers;
}

/// <summary>Assembles batches of images with the numbers of two random views of each.</summary>
/// <param name="samples">Disposed with this.</param>
internal sealed class ContrastiveBatches(SampleReader samples, Experiment experiment)
    : PretextBatches(samples.Count, experiment.Pretraining)
{
    private readonly ImageViews _views = new(
        ContrastiveModel.SpecOf(experiment), experiment.Pretraining.ViewSize ?? experiment.Input.Size);

    public override void Dispose() => samples.Dispose();

    protected override ContrastiveBatch Assemble(long number, int[] places, long? epoch)
    {
        var pixels = new byte[places.Length * samples.ImageBytes];
        var numbers = new float[2][];
        var random = epoch is { } drawn
            ? new CounterRandom(Spec.Seed, "contrastive", drawn)
            : new CounterRandom(Spec.Seed, "contrastive-held-out");
        for (var view = 0; view < 2; view++)
        {
            numbers[view] = new float[places.Length * ImageViews.Numbers];
            for (var i = 0; i < places.Length; i++)
            {
                var own = random.At((2L * places[i]) + view);
                _views.Draw(ref own, numbers[view].AsSpan(i * ImageViews.Numbers, ImageViews.Numbers));
            }
        }

        for (var i = 0; i < places.Length; i++)
            samples.Pixels(places[i]).CopyTo(pixels.AsSpan(i * samples.ImageBytes));

        return new ContrastiveBatch(pixels, numbers[0], numbers[1]);
    }
}

/// <summary>An encoder with a projector, which is thrown away.</summary>
internal sealed class ContrastiveModel : PretextModel<ContrastiveBatch>
{
    private readonly Encoder encoder;
    private readonly Readout readout;
    private readonly Linear hidden;
    private readonly Linear projection;
    private readonly ImageViews views;
    private readonly InputSpec input;
    private readonly double temperature;
    private readonly ulong seed;

    public ContrastiveModel(Experiment experiment)
        : base("contrastive")
    {
        var spec = SpecOf(experiment);
        (input, temperature, seed) = (experiment.Input, spec.Temperature, experiment.Pretraining.Seed);
        views = new ImageViews(spec, experiment.Pretraining.ViewSize ?? input.Size);
        encoder = EncoderArchitectures.Create(experiment.Encoder, input);
        readout = Readout.Create(experiment.Pretraining.Readout ?? Readout.Mean, encoder);
        hidden = nn.Linear(readout.Width, spec.Hidden);
        projection = nn.Linear(spec.Hidden, spec.Projection);
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public override Encoder Encoder => encoder;

    public override IReadOnlyList<string> Tasks => ["contrastive"];

    public static ContrastiveSpec SpecOf(Experiment experiment) => experiment.Pretraining.Contrastive ?? new ContrastiveSpec();

    /// <summary>NT-Xent: the mean over all 2N views of −log softmax of their similarity to the other view of their image, among all other
    /// views.</summary>
    /// <param name="vectors">Shape [2N, P]; rows i and i + N are of the same image.</param>
    /// <returns>The loss, and which other view is the most similar one, shape [2N].</returns>
    internal static (Tensor Loss, Tensor Nearest, Tensor Targets) Contrast(Tensor vectors, double temperature)
    {
        var count = vectors.shape[0];
        var directions = nn.functional.normalize(vectors, 2, 1);
        using Scalar scale = 1 / temperature;
        var similar = directions.matmul(directions.t()).mul(scale);
        similar = similar.masked_fill(eye(count, dtype: ScalarType.Bool, device: vectors.device), Scalars.Of(double.NegativeInfinity));
        var targets = arange(count, dtype: ScalarType.Int64, device: vectors.device).roll(count / 2, 0);
        return (nn.functional.cross_entropy(similar, targets), similar.argmax(1), targets);
    }

    protected override Tensor Loss(ContrastiveBatch batch, long number)
    {
        DropoutMasks.Seed(seed, number);
        return Contrast(Project(Encode(batch)), temperature).Loss;
    }

    protected override Tensor Answer(ContrastiveBatch batch, double[] right, long[] asked)
    {
        var features = Encode(batch);
        var (_, nearest, targets) = Contrast(Project(features), temperature);
        right[0] += nearest.eq(targets).sum().Read();
        asked[0] += batch.Views;
        return features.Pooled.narrow(0, 0, batch.Views / 2);
    }

    private Features Encode(ContrastiveBatch batch)
    {
        var device = hidden.weight!.device;
        var count = batch.Views / 2;
        var images = tensor(batch.Pixels, count, input.Channels, input.Size, input.Size, device: device).to(ScalarType.Float32)
            .div(Scalars.Of(255));
        Tensor View(float[] numbers) => views.Apply(images, tensor(numbers, count, ImageViews.Numbers, device: device));
        return encoder.Encode(cat([View(batch.First), View(batch.Second)]));
    }

    private Tensor Project(Features features) =>
        projection.forward(nn.functional.relu(hidden.forward(readout.Read(features))));
}
