using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Unit.Ingestion;

/// <summary>A folder to drop files into, and a store to import them into.</summary>
internal sealed class TestLake : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public TestLake()
    {
        Directory.CreateDirectory(Folder);
        Store = new FolderArtifactStore(_temporary["store"]);
    }

    public string Folder => _temporary["lake"];

    public IArtifactStore Store { get; }

    public Experiment Experiment { get; init; } = new()
    {
        Name = "test",
        Data = "pictures",
        Input = new InputSpec(Size: 8, Channels: 1),
        Split = new SplitSpec(Validation: 0.25, Test: 0.25),
        Pretext = ["rotation"],
        FineTuning = new FineTuningSpec { Labels = [2] },
    };

    public IngestionOptions Options { get; set; } = new() { ChunkItems = 7, ShardBytes = 320, EagerFiles = 0 };

    public void Drop(string path, byte[] content)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    public void Drop(string path, string text) => Drop(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Pictures of their own, enough for every split to get some.</summary>
    public void DropPictures(string folder, int count, int firstSeed)
    {
        for (var i = 0; i < count; i++)
            Drop($"{folder}/{i:d3}.png", Pictures.Png(firstSeed + i));
    }

    public void DropIdx(string name, byte[] content, bool packed)
    {
        if (!packed)
        {
            Drop(name, content);
            return;
        }

        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
            gzip.Write(content);

        Drop(name + ".gz", buffer.ToArray());
    }

    public static byte[] Idx(byte[] data, params int[] sizes)
    {
        var header = new byte[4 + (4 * sizes.Length)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);

        return [.. header, .. data];
    }

    public ImportPlanner Planner => new(Store, Folders(), NewFilesOf, Microsoft.Extensions.Options.Options.Create(Options));

    public INewFiles NewFilesOf(ILakeFolder folder, PartNames parts, ChunkLimits limits) =>
        new NewFiles(Store, new Quarantine(Store, Microsoft.Extensions.Options.Options.Create(Options)), Options, folder, parts, limits);

    /// <summary>The folder as it is, without making parts.</summary>
    public Task<ISourceListing> ReadAsync(string? folder = null) =>
        LakeSources.ReadAsync(new LocalFolder(folder ?? Folder), new KnownFiles(Store, Folder), Options, Experiment, new NoNewFiles());

    public async Task<string> FingerprintAsync()
    {
        using var listing = await ReadAsync();
        return listing.Fingerprint;
    }

    public async Task<ImportPlan> PlanAsync() => (await Planner.PlanAsync(Experiment, Folder)).Plan!.Value.Content;

    public Task ImportAsync(ImportPlan plan, int chunk) =>
        new ChunkImporter(Store, Folders(), new Quarantine(Store, Microsoft.Extensions.Options.Options.Create(Options)),
            Microsoft.Extensions.Options.Options.Create(Options)).ImportAsync(plan, chunk);

    public async Task<DatasetManifest> CommitAsync(ImportPlan plan)
    {
        var reference = await new DatasetCommitter(Store).CommitAsync(plan);
        return await Store.ReadManifestAsync<DatasetManifest>(reference.Key);
    }

    public async Task<DatasetManifest> ImportAllAsync()
    {
        var plan = await PlanAsync();
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
            await ImportAsync(plan, chunk);

        return await CommitAsync(plan);
    }

    public async Task<IReadOnlyList<Rejection>> RejectionsAsync(DatasetManifest dataset)
    {
        if (dataset.Rejections is null)
            return [];

        var lines = await File.ReadAllLinesAsync(await Store.MaterializeAsync(dataset.Rejections));
        return [.. lines.Select(line => System.Text.Json.JsonSerializer.Deserialize<Rejection>(line, PipelineJson.Compact)!)];
    }

    /// <summary>All samples with their split and their class; null where there is no label.</summary>
    public async Task<IReadOnlyList<(Split Split, string Pixels, string? Label)>> SamplesAsync(DatasetManifest dataset)
    {
        var samples = new List<(Split, string, string?)>();
        foreach (var shard in dataset.Shards)
        {
            using var file = SafetensorsFile.Open(await Store.MaterializeAsync(shard.File));
            for (var row = 0; row < shard.Samples; row++)
            {
                var label = file.ReadRows<int>("label", row, 1)[0];
                samples.Add((shard.Split, Convert.ToHexString(file.ReadRows<byte>("pixels", row, 1)), label < 0
                    ? null : dataset.Classes[label]));
            }
        }

        return samples;
    }

    public void Dispose() => _temporary.Dispose();

    public static LakeFolders Folders()
    {
        var options = Microsoft.Extensions.Options.Options.Create(new LakeOptions { AnyFolder = true });
        return new LakeFolders(new LakeLocations(options), new LakeContainers(), options);
    }
}

/// <summary>Takes nothing.</summary>
internal sealed class NoNewFiles : INewFiles
{
    public bool Takes(FoundFile file) => false;

    public Task DecodeAsync(SourceItem item, ArraySegment<byte> content, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task AddAsync(SourceItem item, ReadOnlyMemory<byte> line, CancellationToken cancellation) => Task.CompletedTask;

    public Task<MadeParts> FinishAsync(CancellationToken cancellation) => Task.FromResult(MadeParts.None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
