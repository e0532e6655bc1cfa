using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Results;
using Pipeline.Hosting.Runs;

namespace Pipeline.Cli.Connecting;

/// <summary>The store of either shape, to be looked at.</summary>
/// <param name="Name">For people: the folder, or that it is the services' store.</param>
/// <param name="Host">Of the services' store: the command line among them.</param>
internal sealed record OpenedStore(IArtifactStore Store, string Name, IHost? Host = null) : IDisposable
{
    private const string ServicesStore = "the services' store";

    private const string ResultFolder = "pipeline-results";

    public RunLedger Ledger { get; } = new(Store);

    /// <param name="folder">Null for the services' store.</param>
    public static OpenedStore Open(string? folder)
    {
        if (folder is null)
            return Of(RemoteHost.Build());
        var local = Existing(folder);
        return new OpenedStore(local, local.Root);
    }

    /// <summary>A folder that is only looked at: it is not made where there is none.</summary>
    public static FolderArtifactStore Existing(string folder) => File.Exists(folder) || File.Exists(Path.Combine(folder, "store.json"))
        ? new FolderArtifactStore(folder)
        : throw new PipelineException(
            $"There is no store at {Path.GetFullPath(folder)}; --store must name a folder that demo or run has made.");

    /// <summary>That of the services, whose settings the host has.</summary>
    public static OpenedStore Of(IHost host) => new(host.Services.GetRequiredService<IArtifactStore>(), ServicesStore, host);

    /// <exception cref="PipelineException">The store has no run of that name.</exception>
    public async Task CheckRunAsync(string wanted, CancellationToken cancellation)
    {
        var known = (await Ledger.ListAsync(cancellation)).Select(run => run.RunId).ToList();
        if (!known.Contains(wanted))
        {
            throw new PipelineException($"There is no run '{wanted}' in {Name}; "
                + $"{(known.Count == 0 ? "it has no runs yet" : $"it must be one of {string.Join(", ", known)}")}.");
        }
    }

    /// <summary>The result of a run of the services, copied to where a person can open it: <c>pipeline-results/RUN/</c>.</summary>
    public async Task<RunResult> DownloadAsync(VerdictReached verdict, CancellationToken cancellation = default)
    {
        var result = await RunResult.ReadAsync(Store, Name, verdict, cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(ResultFolder, verdict.Run.RunId)).FullName;
        return result with
        {
            ReportFile = Copy(result.ReportFile, verdict.Report),
            Page = Copy(result.Page, verdict.Page),
            Model = verdict.Model is { } model ? Copy(result.Model!, model) : null,
        };

        string Copy(string file, ArtifactReference artifact)
        {
            var target = Path.Combine(folder, artifact.Key.Split('/')[^1]);
            File.Copy(file, target, overwrite: true);
            return target;
        }
    }

    public void Dispose() => Host?.Dispose();
}
