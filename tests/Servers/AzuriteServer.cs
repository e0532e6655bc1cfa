using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Pipeline.Tests.Servers.Running;

namespace Pipeline.Tests.Servers;

/// <summary>Azurite's blob service on a port of 127.0.0.1 that stays the same when it is killed and started again: in a container where a
/// Docker engine answers, otherwise npm's azurite run by Node in a private folder.</summary>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    private const string Image = "mcr.microsoft.com/azure-storage/azurite";
    private const string Account = "devstoreaccount1";

    /// <summary>Azurite's own, the same everywhere; not a secret.</summary>
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Of containers, blobs, and the extents where their bytes lie.</summary>
    private const string BlobTable = "__azurite_db_blob__.json";

    private const string ExtentTable = "__azurite_db_blob_extent__.json";

    /// <summary>What has no bytes lies nowhere.</summary>
    private const string NoExtent = "*ZERO*";

    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(10);

    private readonly IServerInstance _server;
    private readonly PortReservation _port;
    private readonly HttpClient _client;

    private AzuriteServer(IServerInstance server, PortReservation port)
    {
        _server = server;
        _port = port;
        _client = new HttpClient { BaseAddress = new Uri($"http://{Host}:{Port}/{Account}"), Timeout = RequestPatience };
    }

    public string Host { get; } = "127.0.0.1";

    public int Port => _port.Port;

    /// <summary>Of the account: a container's address is this, a slash and its name.</summary>
    public Uri BlobUri => _client.BaseAddress!;

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};BlobEndpoint={BlobUri}";

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">There is no Azurite to be had, or it does not start.</exception>
    public static async Task<AzuriteServer> StartAsync()
    {
        var port = PortReservation.Take();
        var server = new AzuriteServer(await Container.IsPossibleAsync() ? await InContainerAsync(port) : Native(port), port);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9. Azurite saves its table of blobs every five seconds, where real storage acknowledges nothing that could be lost:
    /// so this waits until what has been acknowledged is saved, by the sight of an empty container made for that. What is written meanwhile
    /// may be lost.</summary>
    public async Task KillAsync()
    {
        await SavedAsync();
        await _server.KillAsync();
    }

    /// <summary>An orderly shutdown.</summary>
    public Task StopAsync() => _server.StopAsync();

    /// <summary>Starts a server that was killed or stopped, on its port and data, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        await _server.StartAsync();
        await Readiness.WaitAsync("Azurite is not ready", _server, () => _client.AnswersAsync("", _ => true));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _port.Dispose();
    }

    private static async Task<IServerInstance> InContainerAsync(PortReservation port) => await Container.CreateAsync(
        Image,
        "/data",
        folder: null,
        ["--publish", $"127.0.0.1:{port.Port}:10000"],
        ["azurite-blob", "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--location", "/data", "--blobHost", "0.0.0.0",
            "--blobPort", "10000"]);

    private static NativeServer Native(PortReservation port)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var program = Path.Combine(cache, "pipeline-tests/node_modules/azurite/dist/src/blob/main.js");
        if (!File.Exists(program))
        {
            throw new InvalidOperationException(
                $"No Docker engine answers and {program} is not there: start Docker, or install Node 20 and azurite ('bash "
                + "tests/servers.sh' does).");
        }

        var folder = Directory.CreateTempSubdirectory("pipeline-azurite-").FullName;
        string[] command = ["node", program, "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--location", "data", "--blobHost",
            "127.0.0.1",
            "--blobPort", port.Port.ToString()];
        return new NativeServer(folder, "data", command, new Dictionary<string, string>());
    }

    [GeneratedRegex("\"persistency\":\\{\"id\":\"([^\"]+)\"")]
    private static partial Regex ExtentOfBlob();

    private async Task SavedAsync()
    {
        var mark = $"saved-{Guid.NewGuid():N}";
        await new BlobServiceClient(ConnectionString).CreateBlobContainerAsync(mark);
        await Readiness.WaitAsync("Azurite does not save", _server, async () =>
            await ReadAsync(BlobTable) is { } blobs && blobs.Contains(mark) && await ReadAsync(ExtentTable) is { } extents
            && ExtentOfBlob().Matches(blobs).Select(match => match.Groups[1].Value).Distinct()
            .All(extent => extent == NoExtent || extents.Contains(extent)));
    }

    private async Task<string?> ReadAsync(string table) =>
        await _server.RunInsideAsync("cat", table) is { ExitCode: 0 } read ? read.Output : null;
}
