using Microsoft.Extensions.Options;
using Pipeline.Lake.Places;

namespace Pipeline.Triggers.Events;

/// <summary>A dataset as drops see it.</summary>
/// <param name="Source">URL of its folder.</param>
public sealed record DropDataset(string Name, string Source);

/// <summary>Which dataset a file of the lake belongs to.</summary>
public sealed class DropDatasets(IOptions<DropsOptions> options)
{
    /// <summary>The longest prefix first.</summary>
    private readonly DropDataset[] _configured =
    [
        .. options.Value.Datasets.Select(pair => new DropDataset(pair.Key, pair.Value.Prefix))
            .OrderByDescending(dataset => dataset.Source.Length),
    ];

    /// <summary>When a drop of the dataset is complete.</summary>
    public DropDatasetOptions RuleOf(string dataset) =>
        options.Value.Datasets.TryGetValue(dataset, out var rule) ? rule : new DropDatasetOptions { Quiet = options.Value.Quiet };

    /// <param name="folder">Whether the path is a folder's, which may be the dataset's own.</param>
    /// <exception cref="BadEventException">It belongs to none.</exception>
    internal DropDataset Of(LakePath path, bool folder)
    {
        foreach (var dataset in _configured)
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
}
