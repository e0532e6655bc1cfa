using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Latent semantic analysis (Deerwester et al. 1990): texts as TF-IDF of their words, projected on the directions that hold most
/// of the training split, unlabelled texts too, and brought to length 1. Fitted once and kept in the store, as two fits can differ in the
/// directions' order and sign.</summary>
public sealed class LatentSemantics : IFeatureSpace
{
    /// <summary>Raised when the same texts would give other directions.</summary>
    private const int Format = 1;

    private const int Dimensions = 256;
    private const int Spare = 16;
    private const int Iterations = 5;
    private const int Chunk = 4096;
    private const string Prefix = "lsa.";

    /// <summary>Texts that it is fitted on; of larger splits they are drawn at random.</summary>
    private const int MostTexts = 100_000;

    private readonly Terms _terms;
    private readonly double[] _directions;
    private readonly string _key;
    private readonly Device _device;

    /// <param name="directions">Shape [D + 1, K], row by row, the last row 0.</param>
    private LatentSemantics(Terms terms, double[] directions, string key, Device device) =>
        (_terms, _directions, _key, _device) = (terms, directions, key, device);

    public int Width => _directions.Length / (_terms.Count + 1);

    public object MadeFrom => new { description = Descriptions.LatentSemantics, fit = _key };

    /// <summary>The first directions hold the most; the last are mostly noise.</summary>
    public bool HasOneScale => true;

    /// <summary>Fits it to the training split, or finds that it has been.</summary>
    public static async Task<LatentSemantics> OpenAsync(
        IArtifactStore store, DatasetManifest dataset, TorchDevice device, CancellationToken cancellation)
    {
        var key = "descriptions/" + ContentKey.Of(
            ArtifactKinds.Description, Format,
            new
            {
                Descriptions.LatentSemantics,
                shards = FeatureTable.Described(dataset).Select(shard => shard.File.Digest),
                Dimensions,
                MostTexts,
            });
        var manifest = (await store.FindManifestAsync<DescriptionFile>($"{key}/manifest.json", cancellation))?.Content
            ?? await WriteAsync();
        using var file = SafetensorsFile.Open(await store.MaterializeAsync(manifest.File, cancellation));
        var terms = Terms.Load(file, Prefix);
        return new LatentSemantics(terms, Padded(file.Read<float>(Prefix + "directions").ToArray(), terms.Count), key, device.Device);

        async Task<DescriptionFile> WriteAsync()
        {
            string[] texts;
            using (var samples = SampleReader.Open(store, dataset, Split.Train))
            {
                texts = [.. new CounterRandom(0, "latent-semantics").Permutation(samples.Count).Take(MostTexts).Order()
                    .Select(sample => Encoding.UTF8.GetString(samples.Text(sample)))];
            }

            var tensors = await device.Thread.RunAsync(() =>
            {
                using var scope = NewDisposeScope();
                var (terms, directions) = Fit(texts, Dimensions, cancellation);
                return (SafetensorsTensor[])
                    [.. terms.Tensors(Prefix), ModuleTensors.ToSafetensors(Prefix + "directions", directions.to(ScalarType.Float32))];
            });
            var put = await store.CreateAsync(
                $"{key}/terms.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, null, token), cancellation);
            var file = new DescriptionFile(put.Reference);
            await store.CreateManifestAsync($"{key}/manifest.json", file, cancellation);
            return file;
        }
    }

    public Tensor Describe(LabelledSamples samples, ReadOnlySpan<int> positions)
    {
        using var scope = NewDisposeScope();
        return Project(_terms, _directions, samples.Texts(positions)).to(_device).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }

    /// <summary>The first right singular vectors of the texts' TF-IDF, by subspace iteration (Halko et al. 2011,
    /// arXiv:0909.4061).</summary>
    /// <param name="most">Maximum number of directions; there are never more than terms.</param>
    /// <returns>The terms, and the directions as columns, shape [D, K], float64.</returns>
    internal static (Terms Terms, Tensor Directions) Fit(IReadOnlyList<string> texts, int most, CancellationToken cancellation)
    {
        var terms = Terms.Fit(TermKinds.Words, texts);
        var parts = texts.Chunk(Chunk).Select(terms.Rows).ToList();
        var width = Math.Min(most + Spare, terms.Count);
        var basis = linalg.qr(Start(terms.Count, width)).Q;                                             // [D, W]
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            using var inner = NewDisposeScope();
            basis = linalg.qr(Squared(basis)).Q.MoveToOuterDisposeScope();
        }

        var (_, rotation) = linalg.eigh(basis.t().matmul(Squared(basis)));
        var kept = Math.Min(most, width);
        return (terms, basis.matmul(rotation.narrow(1, width - kept, kept).flip(1)));

        // XᵀX times the columns, a part of the texts at a time.
        Tensor Squared(Tensor columns)
        {
            using var inner = NewDisposeScope();
            var padded = nn.functional.pad(columns, [0, 0, 0, 1]);                                      // X has a column of ones.
            var sum = zeros_like(columns);
            foreach (var part in parts)
            {
                cancellation.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                sum.add_(part.TransposedTimes(part.Times(padded)).narrow(0, 0, terms.Count));
            }

            return sum.MoveToOuterDisposeScope();
        }
    }

    /// <param name="directions">From <see cref="Padded"/>.</param>
    /// <returns>Shape [N, K], float32, rows of length 1; 0 where no word is known.</returns>
    internal static Tensor Project(Terms terms, double[] directions, IReadOnlyList<string> texts)
    {
        var width = directions.Length / (terms.Count + 1);
        var rows = tensor(terms.Rows(texts).Times(directions, width), texts.Count, width);
        return nn.functional.normalize(rows, 2, 1).to(ScalarType.Float32);
    }

    /// <param name="directions">Shape [D, K], row by row.</param>
    /// <returns>The same with a row of zeros at the end, for the ones that rows of terms end in.</returns>
    internal static double[] Padded(IReadOnlyList<float> directions, int terms)
    {
        var padded = new double[directions.Count + (directions.Count / terms)];
        for (var i = 0; i < directions.Count; i++)
            padded[i] = directions[i];

        return padded;
    }

    private static Tensor Start(int rows, int columns)
    {
        var random = new CounterRandom(0, "latent-semantics-start");
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
            values[i] = random.NextGaussian();

        return tensor(values, rows, columns);
    }
}

/// <summary>A fitted description in the store.</summary>
[ArtifactKind(ArtifactKinds.Description)]
public sealed record DescriptionFile(ArtifactReference File);
