using Microsoft.Extensions.Options;
using Pipeline.Lake.Places;

namespace Pipeline.Triggers.Events;

/// <summary>A dataset as drops see it.</summary>
/// <param name="Source">URL of its folder.</param>
public sealed record DropDataset(string Name, string Source);

/// <summary>Turns what an event names into a place in the lake and its dataset, or refuses it: an event may be forged.</summary>
public sealed class EventPlaces(LakeLocations lakes, IOptions<DropsOptions> options)
{
    /// <summary>Longer ones exist in no store.</summary>
    private const int MostCharacters = 2048;

    private const int MostDecodings = 4;

    /// <summary>The longest prefix first.</summary>
    private readonly DropDataset[] _datasets =
    [
        .. options.Value.Datasets.Select(pair => new DropDataset(pair.Key, pair.Value.Prefix))
            .OrderByDescending(dataset => dataset.Source.Length),
    ];

    /// <summary>Every event passes here, whoever sent it and whoever parsed it.</summary>
    /// <param name="found">Its URL is plain text, not percent-encoded.</param>
    internal FileEvent Admit(FileEvent found)
    {
        Check(found.Url);
        var path = lakes.Find(found.Url);
        if (path is null || path.Path.Length == 0)
            throw new BadEventException(
                $"'{BadEventException.Shown(found.Url)}' lies in none of the lake's locations; it must be a file below {lakes.Valid}.");
        var dataset = DatasetOf(path, found.Folder);
        return found with { Url = path.Url, Dataset = dataset.Name, Source = dataset.Source };
    }

    /// <summary>A URL as events write it, decoded once.</summary>
    internal static string Decode(string url)
    {
        if (url.AsSpan().ContainsAny('?', '#'))
            throw new BadEventException($"'{BadEventException.Shown(url)}' has a query or a fragment; it must be the URL of a file.");
        Check(url);
        return Uri.UnescapeDataString(url);
    }

    /// <param name="folder">Whether the path is a folder's, which may be the dataset's own.</param>
    private DropDataset DatasetOf(LakePath path, bool folder)
    {
        foreach (var dataset in _datasets)
        {
            if (path.Url.StartsWith(dataset.Source + "/", StringComparison.Ordinal) || (folder && path.Url == dataset.Source))
                return dataset;
        }

        var slash = path.Path.IndexOf('/');
        var name = slash > 0 ? path.Path[..slash] : folder ? path.Path : "";
        return DropDatasetOptions.IsName(name)
            ? new DropDataset(name, $"{path.Location.Url}/{name}")
            : throw new BadEventException($"'{BadEventException.Shown(path.Url)}' belongs to no dataset; it must be a file below a "
                + $"'Drops:Datasets:…:Prefix' or below a folder of the location, named with {DropDatasetOptions.ValidNames}.");
    }

    /// <summary>Every layer of encoding is checked: software that decodes twice must not be led out of the folder.</summary>
    private static void Check(string url)
    {
        string Shown() => BadEventException.Shown(url);
        BadEventException Bad(string what) => new($"The path of '{Shown()}' has {what}; it must be names joined by '/'.");

        if (url.Length > MostCharacters)
            throw new BadEventException($"The path '{Shown()}' has {url.Length} characters; it must have at most {MostCharacters}.");
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
            throw new BadEventException($"'{Shown()}' is no URL; it must be https://… or s3://….");
        var path = url[(scheme + 3)..];
        for (var layer = 0; layer < MostDecodings; layer++)
        {
            if (path.Any(c => c == '\\' || char.IsControl(c)))
                throw Bad("a backslash or control character");
            foreach (var segment in path.AsSpan().TrimEnd('/').Split('/'))
            {
                if (path.AsSpan()[segment] is "" or "." or "..")
                    throw Bad("an empty segment, '.' or '..'");
            }

            if (!path.Contains('%', StringComparison.Ordinal))
                return;
            path = Uri.UnescapeDataString(path);
        }
    }
}
