using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.PreFlight;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Unit.Learning.PreFlight;

/// <summary>Made-up training images of which it is known what can be told of them, measured as a dataset would be.</summary>
internal sealed class PlantedImages(int size, int channels, Func<int, byte[]> paint)
{
    private const int Number = 400;

    public double Ambiguity { get; init; } = 0.02;

    public int Samples { get; init; } = Number;

    /// <summary>Independent noise in every pixel: no view can be told from another.</summary>
    public static byte[] Noise(int sample, int size, int channels = 1)
    {
        var random = new CounterRandom(7, "planted", sample);
        var image = new byte[channels * size * size];
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = (byte)random.NextInt(200);
        }

        return image;
    }

    /// <summary>The same image, changed at each (row, column, channel).</summary>
    public static byte[] Changed(byte[] image, int size, Func<int, int, byte, byte> change)
    {
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = change(i / size % size, i % size, image[i]);
        }

        return image;
    }

    public async Task<IReadOnlyList<PretextOutlook>> MeasureAsync(PreFlightSettings? settings = null)
    {
        using var folder = new TemporaryFolder();
        var store = new FolderArtifactStore(folder["store"]);
        var put = await store.CreateAsync("samples.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(
            stream,
            [
                SafetensorsTensor.Of<byte>("pixels", Enumerable.Range(0, Samples).SelectMany(paint).ToArray(), Samples, channels, size, size),
                SafetensorsTensor.Of<int>("label", new int[Samples], Samples),
            ],
            cancellation: token));
        var dataset = new DatasetManifest
        {
            Dataset = "planted",
            Input = new InputSpec(size, channels),
            Classes = ["a"],
            ClassCounts = [],
            Shards = [new SampleShard(put.Reference, Split.Train, Samples)],
            Provenance = put.Reference,
            Summary = new DataSummary(Samples, Samples, 0, new Dictionary<string, long>(), Samples, 0, 0),
            Seconds = 0,
        };
        using var samples = SampleReader.Open(store, dataset, Split.Train);
        var measurement = new PreFlightMeasurement(samples, settings ?? new PreFlightSettings(), Ambiguity);
        return measurement.Measure(measurement.Distinguishable(CancellationToken.None), CancellationToken.None);
    }
}
