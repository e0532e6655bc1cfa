using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts.Blob;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Artifacts.Stores;

/// <summary>Registers the store that the settings under "Store" choose.</summary>
public static class ArtifactStoreRegistration
{
    /// <summary>Blob storage where <see cref="StoreOptions.Blob"/> says which, else a folder. Needs the logging and metrics of a
    /// host.</summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services)
    {
        services.AddOptions<StoreOptions>()
            .BindConfiguration("Store", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<IArtifactStore>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StoreOptions>>().Value;
            return options.Blob.IsChosen
                ? ActivatorUtilities.CreateInstance<BlobArtifactStore>(provider, options)
                : new FolderArtifactStore(options.Folder);
        });
    }
}
