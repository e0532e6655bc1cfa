using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts.Blob;
using Pipeline.Artifacts.Caching;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts;

/// <summary>Bound from "Store"; checked at start. The store is Azure Blob storage where <see cref="Blob"/> says which, else a folder.</summary>
public sealed class StoreOptions
{
    /// <summary>The folder that holds the artifacts; made if it is not there.</summary>
    [Required]
    public string Folder { get; set; } = "pipeline-store";

    /// <summary>Which blob storage holds the artifacts instead.</summary>
    [ValidateObjectMembers]
    public BlobOptions Blob { get; set; } = new();

    /// <summary>Where the files of a blob store are kept on this machine, and how many.</summary>
    [ValidateObjectMembers]
    public CacheOptions Cache { get; set; } = new();

    /// <summary>How much of a large artifact travels at once.</summary>
    [ValidateObjectMembers]
    public TransferOptions Transfer { get; set; } = new();

    /// <summary>How long and how often a request to blob storage is tried.</summary>
    [ValidateObjectMembers]
    public ResilienceOptions Resilience { get; set; } = new();
}

/// <summary>Registers the store that the settings under "Store" choose.</summary>
public static class ArtifactStoreRegistration
{
    /// <summary>Blob storage where <see cref="StoreOptions.Blob"/> says which, else a folder. Needs the logging and metrics of a host.</summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services)
    {
        services.AddOptions<StoreOptions>().BindConfiguration("Store", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(Open);
    }

    private static IArtifactStore Open(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<StoreOptions>>().Value;
        return options.Blob.IsChosen
            ? new BlobArtifactStore(
                options, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<IMeterFactory>(), services.GetRequiredService<TimeProvider>())
            : new FolderArtifactStore(options.Folder);
    }
}
