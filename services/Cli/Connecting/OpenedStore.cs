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

    /// <summary>Where results of the services' runs are copied to, below the current folder.</summary>
    private const string Results = "pipeline-results";

    public RunLedger Ledger { get; } = new(Store);

    /// <exception cref="PipelineException">There is none, or it cannot be read.</exception>
    public static OpenedStore Open(Shape shape)
    {
        if (shape is not Shape.Local(var folder))
            return Of(RemoteHost.Build());
        var local = Open(folder);
        return new OpenedStore(local, local.Root);
    }

    /// <summary>A folder that is only looked at: it is not made where there is none.</summary>
    /// <exception cref="PipelineException">There is none, or it cannot be read.</exception>
    public static FolderArtifactStore Open(string folder) => File.Exists(folder) || File.Exists(Path.Combine(folder, "store.json"))
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
    /// <exception cref="PipelineException">A file of the result is missing or damaged.</exception>
    public async Task<RunResult> DownloadAsync(VerdictReached verdict, CancellationToken cancellation = default)
    {
        var result = await RunResult.ReadAsync(Store, Name, verdict, cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(Results, verdict.Run.RunId)).FullName;
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
