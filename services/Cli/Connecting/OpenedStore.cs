using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Hosting.Runs;

namespace Pipeline.Cli.Connecting;

/// <summary>The store of either shape, to be looked at.</summary>
/// <param name="Name">For people: the folder, or that it is the services' store.</param>
internal sealed record OpenedStore(IArtifactStore Store, string Name, IDisposable? Owner = null) : IDisposable
{
    private const string ServicesStore = "the services' store";

    /// <exception cref="PipelineException">There is none, or it cannot be read.</exception>
    public static OpenedStore Open(Shape shape)
    {
        if (shape is Shape.Local(var folder))
        {
            var local = ExistingStore.Open(folder);
            return new OpenedStore(local, local.Root);
        }

        var host = RemoteHost.Build();
        return Of(host) with { Owner = host };
    }

    /// <summary>That of the services, whose settings the host has.</summary>
    public static OpenedStore Of(IHost host) => new(host.Services.GetRequiredService<IArtifactStore>(), ServicesStore);

    public void Dispose() => Owner?.Dispose();
}

/// <summary>A store that is only looked at: it is not made where there is none.</summary>
internal static class ExistingStore
{
    /// <exception cref="PipelineException">There is none, or it cannot be read.</exception>
    public static FolderArtifactStore Open(string folder)
    {
        if (!File.Exists(folder) && !File.Exists(Path.Combine(folder, "store.json")))
        {
            throw new PipelineException(
                $"There is no store at {Path.GetFullPath(folder)}; --store must name a folder that demo or run has made.");
        }

        return new FolderArtifactStore(folder);
    }
}

/// <summary>A run that somebody names.</summary>
internal static class KnownRun
{
    /// <exception cref="PipelineException">The store has no run of that name.</exception>
    public static async Task CheckAsync(RunLedger ledger, string store, string wanted, CancellationToken cancellation)
    {
        var known = (await ledger.ListAsync(cancellation)).Select(run => run.RunId).ToList();
        if (!known.Contains(wanted))
        {
            throw new PipelineException(
                $"There is no run '{wanted}' in {store}; "
                + $"{(known.Count == 0 ? "it has no runs yet" : $"it must be one of {string.Join(", ", known)}")}.");
        }
    }
}
