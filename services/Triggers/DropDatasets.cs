using Microsoft.Extensions.Options;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;

namespace Pipeline.Triggers;

/// <summary>A dataset as drops see it.</summary>
/// <param name="Source">URL of its folder.</param>
public sealed record DropDataset(string Name, string Source);

/// <summary>Which dataset a file of the lake belongs to.</summary>
public sealed class DropDatasets(IOptions<DropsOptions> options)
{
    private readonly (string Below, DropDataset Dataset)[] _configured =
        [.. options.Value.Datasets.Select(pair => (pair.Value.Prefix + "/", new DropDataset(pair.Key, pair.Value.Prefix))).OrderByDescending(pair => pair.Item1.Length)];

    /// <summary>When a drop of the dataset is complete.</summary>
    public DropDatasetOptions RuleOf(string dataset) =>
        options.Value.Datasets.TryGetValue(dataset, out var rule) ? rule : new DropDatasetOptions { Quiet = options.Value.Quiet };

    /// <param name="folder">Whether the path is a folder's, which may be the dataset's own.</param>
    /// <exception cref="BadEventException">It belongs to none.</exception>
    internal DropDataset Of(LakePath path, bool folder)
    {
        var url = $"{path.Location.Url}/{path.Path}";
        foreach (var (below, dataset) in _configured)
        {
            if (url.StartsWith(below, StringComparison.Ordinal) || (folder && url.Length == below.Length - 1 && below.StartsWith(url, StringComparison.Ordinal)))
            {
                return dataset;
            }
        }

        var slash = path.Path.IndexOf('/');
        var name = slash > 0 ? path.Path[..slash] : folder ? path.Path : "";
        return DropDatasetOptions.IsName(name)
            ? new DropDataset(name, $"{path.Location.Url}/{name}")
            : throw new BadEventException(
                $"'{BadEventException.Shown(url)}' belongs to no dataset; valid are files below a 'Drops:Datasets:…:Prefix' or below a folder of the location, named with {DropDatasetOptions.ValidNames}.");
    }
}
