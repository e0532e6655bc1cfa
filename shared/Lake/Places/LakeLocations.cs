using Microsoft.Extensions.Options;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <param name="Path">Below the location, segments joined by <c>/</c>, none at the start or end; empty for the location itself.</param>
public sealed record LakePath(LakeLocation Location, string Path)
{
    public string Url => Path.Length == 0 ? Location.Url : $"{Location.Url}/{Path}";
}

/// <summary>Tells which of the allowed locations a URL lies in.</summary>
public sealed class LakeLocations(IOptions<LakeOptions> options)
{
    /// <summary>For errors: what may be named.</summary>
    public string Valid => options.Value.Locations.Count == 0
        ? "no location, as none is set in Lake:Locations"
        : string.Join(", ", options.Value.Locations.Select(location => location.Url));

    /// <summary>Whether it can be a URL at all, and not the path of a folder.</summary>
    public static bool IsUrl(string source) => source.Contains("://", StringComparison.Ordinal);

    /// <exception cref="PipelineException">It lies in none of the locations, or has a name that no file should have.</exception>
    public LakePath At(string url) => Find(url) is { } place && (place.Path.Length == 0 || LakeNames.IsSafe(place.Path))
        ? place
        : throw new PipelineException(
            $"'{LakeNames.Shown(url)}' lies in none of the lake's locations; it must be one of {Valid}, or a folder below.");

    /// <summary>The location whose URL the given one is or lies below, compared as host and whole path segments; null if there is none,
    /// or a segment is empty, <c>.</c> or <c>..</c>.</summary>
    public LakePath? Find(string url)
    {
        var location = options.Value.Locations.FirstOrDefault(place => $"{url}/".StartsWith(place.Url + "/", StringComparison.Ordinal));
        if (location is null)
            return null;

        var path = url[location.Url.Length..].Trim('/');
        return path.Length == 0 || path.Split('/').All(segment => segment is not ("" or "." or "..")) ? new LakePath(location, path) : null;
    }
}

/// <summary>Opens what a run names as its source, if it may be read.</summary>
public sealed class LakeFolders(LakeLocations locations, LakeContainers containers, IOptions<LakeOptions> options)
{
    /// <param name="source">A URL at or below a location of the lake, as plain text and not percent-encoded; or a folder of this machine
    /// if <see cref="LakeOptions.AnyFolder"/> is on.</param>
    /// <exception cref="PipelineException">It may not be read.</exception>
    public ILakeFolder Open(string source)
    {
        if (!LakeLocations.IsUrl(source))
        {
            return options.Value.AnyFolder
                ? new LocalFolder(source)
                : throw new PipelineException(
                    $"The source '{LakeNames.Shown(source)}' is a folder of some machine; it must be a place in the lake: "
                        + $"{locations.Valid}.");
        }

        var place = locations.At(source);
        if (place.Location.Folder is not null)
            return new LocalFolder(LocalFolder.PathOf(place), place.Url);

        var (container, prefix) = containers.At(place);
        return new BlobFolder(container, prefix, place.Url);
    }
}
