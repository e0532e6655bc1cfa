using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Lakes;

/// <summary>Opens what a run names as its source, if it may be read.</summary>
public sealed class LakeFolders(LakeLocations locations, LakeContainers containers, IOptions<LakeOptions> options)
{
    /// <param name="source">A URL at or below a location of the lake, as plain text and not percent-encoded; or a folder of this machine, where <see cref="LakeOptions.AnyFolder"/> is on.</param>
    /// <exception cref="PipelineException">It may not be read.</exception>
    public ILakeFolder Open(string source)
    {
        if (!LakeLocations.IsUrl(source))
        {
            return options.Value.AnyFolder
                ? new LocalFolder(source)
                : throw new PipelineException($"The source '{LakeNames.Shown(source)}' is a folder of some machine; valid is a place in the lake: {locations.Valid}.");
        }

        var place = locations.At(source);
        return place.Location.Folder is null
            ? new BlobFolder(containers.Of(place.Location).Client, containers.Of(place.Location).PrefixOf(place.Path), place.Url)
            : new LocalFolder(LocalFolder.PathOf(place), place.Url);
    }
}
