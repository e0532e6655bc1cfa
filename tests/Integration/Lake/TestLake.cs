using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;
using Pipeline.Tests.Servers;
using Xunit;

namespace Pipeline.Tests.Integration.Lake;

/// <summary>A lake with a container of its own and a mounted folder, beside a plain folder with files; each import goes into a store of its own.</summary>
internal sealed class TestLake : IDisposable
{
    public const string MountUrl = "lake://mounted";

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-lake-").FullName;
    private readonly IOptions<IngestionOptions> _ingestion;
    private readonly IOptions<LakeOptions> _options;
    private readonly LakeContainers _containers = new();
    private int _stores;

    private TestLake(AzuriteServer azurite, BlobContainerClient container, int eagerFiles)
    {
        _ingestion = Options.Create(new IngestionOptions { ChunkItems = 7, ShardBytes = 640, ReadAhead = 3, Uploads = 3, EagerFiles = eagerFiles });
        Container = container;
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Mount);
        _options = Options.Create(new LakeOptions
        {
            AnyFolder = true,
            Locations = [new LakeLocation { Url = Url, ConnectionString = azurite.ConnectionString }, new LakeLocation { Url = MountUrl, Folder = Mount }],
        });
    }

    public static Experiment Experiment { get; } = new()
    {
        Name = "test",
        Data = "pictures",
        Input = new InputSpec(Size: 8, Channels: 1),
        Split = new SplitSpec(Validation: 0.25, Test: 0.25),
        Pretext = ["rotation"],
        FineTuning = new FineTuningSpec { Labels = [2] },
    };

    public BlobContainerClient Container { get; }

    public string Url => Container.Uri.AbsoluteUri;

    /// <summary>Files that are to be imported.</summary>
    public string Folder => Path.Combine(_root, "folder");

    /// <summary>Where <see cref="MountUrl"/> lies.</summary>
    public string Mount => Path.Combine(_root, "mount");

    public LakeFolders Folders => new(new LakeLocations(_options), _containers, _options);

    public LakeUpload Upload => new(new LakeLocations(_options), _containers, _ingestion.Value.Uploads);

    /// <param name="eagerFiles">So that the first chunk is made when the import is planned, and others when they are imported.</param>
    public static async Task<TestLake> CreateAsync(AzuriteServer azurite, int eagerFiles = 10)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, $"lake-{Guid.NewGuid():n}");
        await container.CreateAsync();
        return new TestLake(azurite, container, eagerFiles);
    }

    public void Drop(string path, byte[] content)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    public void Drop(string path, string text) => Drop(path, Encoding.UTF8.GetBytes(text));

    public void DropPictures(string folder, int count, int firstSeed)
    {
        for (var i = 0; i < count; i++)
        {
            Drop($"{folder}/{i:d3}.bmp", Bitmaps.Bmp(firstSeed + i));
        }
    }

    public void DropPacked(string name, byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        Drop(name + ".gz", buffer.ToArray());
    }

    /// <summary>The folder's files as blobs below a prefix, hidden ones too.</summary>
    public async Task PutFolderAsync(string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            await PutAsync($"{prefix}/{Path.GetRelativePath(Folder, file)}", await File.ReadAllBytesAsync(file));
        }
    }

    public async Task PutAsync(string name, byte[] content, params (string Key, string Value)[] metadata) => await Container.GetBlobClient(name)
        .UploadAsync(new BinaryData(content), new BlobUploadOptions { Metadata = metadata.ToDictionary(pair => pair.Key, pair => pair.Value) });

    /// <summary>Writes a blob under a name that client libraries mend before they send it.</summary>
    /// <param name="escaped">As it stands in the request.</param>
    public async Task PutRawAsync(string escaped, byte[] content)
    {
        var access = Container.GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(1));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Put, new Uri($"{Url}/{escaped}{access.Query}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Content = new ByteArrayContent(content);
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    public async Task<ImportPlan> PlanAsync(string source, IArtifactStore store)
    {
        var planner = new ImportPlanner(store, Folders, NewFilesOf, _ingestion);
        return (await planner.PlanAsync(Experiment, source)).Plan!.Value.Content;

        INewFiles NewFilesOf(ILakeFolder folder, PartNames parts, ChunkLimits limits) =>
            new NewFiles(store, new Quarantine(store, _ingestion), _ingestion.Value, folder, parts, limits);
    }

    public Task ImportAsync(ImportPlan plan, int chunk, IArtifactStore store) =>
        new ChunkImporter(store, Folders, new Quarantine(store, _ingestion), _ingestion).ImportAsync(plan, chunk);

    /// <summary>A whole import into a new store.</summary>
    public async Task<Imported> ImportAllAsync(string source)
    {
        var store = NewStore();
        var plan = await PlanAsync(source, store);
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
        {
            await ImportAsync(plan, chunk, store);
        }

        var reference = await new DatasetCommitter(store).CommitAsync(plan);
        return new Imported(reference.Key, await store.ReadManifestAsync<DatasetManifest>(reference.Key), store);
    }

    public FolderArtifactStore NewStore() => new(Path.Combine(_root, $"store-{_stores++}"));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <param name="Key">Of the dataset's manifest; it holds the digest of all that the dataset is made of.</param>
internal sealed record Imported(string Key, DatasetManifest Dataset, IArtifactStore Store)
{
    public async Task<IReadOnlyList<Rejection>> RejectionsAsync()
    {
        var lines = await File.ReadAllLinesAsync(await Store.MaterializeAsync(Dataset.Rejections!));
        return [.. lines.Select(line => JsonSerializer.Deserialize<Rejection>(line, PipelineJson.Compact)!)];
    }
}
