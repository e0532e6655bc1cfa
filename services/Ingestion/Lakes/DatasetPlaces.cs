using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Ingestion.Drops;

namespace Pipeline.Ingestion.Lakes;

/// <summary>Where a dataset's files land: as Drops:Datasets says, else in the folder of its name in the first location of the lake.</summary>
public sealed class DatasetPlaces(IOptions<LakeOptions> options, IOptions<DropsOptions> drops)
{
    /// <exception cref="PipelineException">The lake has no location.</exception>
    public string Of(string dataset) => drops.Value.Datasets.TryGetValue(dataset, out var settings) && settings.Prefix.Length > 0
        ? settings.Prefix
        : options.Value.Locations is [var first, ..]
        ? $"{first.Url}/{dataset}"
        : throw new PipelineException($"No source is given for the dataset '{dataset}', and Lake:Locations names none; valid is a source, or a location in the settings.");
}
