using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Lakes;

/// <summary>Where a dataset's files land when nobody says otherwise: in the folder of its name in the first location of the lake.</summary>
public sealed class DatasetPlaces(IOptions<LakeOptions> options)
{
    /// <exception cref="PipelineException">The lake has no location.</exception>
    public string Of(string dataset) => options.Value.Locations is [var first, ..]
        ? $"{first.Url}/{dataset}"
        : throw new PipelineException($"No source is given for the dataset '{dataset}', and Lake:Locations names none; valid is a source, or a location in the settings.");
}
