using System.Text.Json.Serialization;
using Pipeline.Images;
using Pipeline.Sequences.Documents;

namespace Pipeline.Ingestion.Planning;

/// <summary>All settings that affect what a file is decoded to. They are part of the names of parts and of the dataset version's key, and
/// the plan carries them, so that workers with other settings still make the same samples.</summary>
/// <param name="Modality">One of <see cref="Modalities"/>.</param>
/// <param name="Limits">Null for sequences.</param>
/// <param name="Sequences">How documents are read; null for images.</param>
public sealed record DecodingSpec(string Modality, InputSpec Input, long MaxFileBytes, ImageLimits? Limits, SequenceRules? Sequences)
{
    /// <summary>Raised when the same files would give other samples.</summary>
    private const int ImageFormat = 5, SequenceFormat = 5;

    [JsonIgnore]
    public int Format => Sequences is null ? ImageFormat : SequenceFormat;

    public ImageDecoder ImageDecoder() => new(Input, Limits!);

    public static DecodingSpec Of(Experiment experiment, IngestionOptions options)
    {
        var isSequence = Modalities.IsSequence(experiment.Modality);
        var unpackedBytes = Math.Min(options.MaxUnpackedBytes, options.MaxFileBytes);
        return new DecodingSpec(
            experiment.Modality,
            experiment.Input,
            options.MaxFileBytes,
            isSequence ? null : new ImageLimits(options.MaxPixels, options.MaxSideRatio, options.MaxImageRatio),
            isSequence
                ? new SequenceRules(
                    options.MaxLineBytes, options.MaxSequenceLength, unpackedBytes, options.MaxUnpackedRatio, experiment.Labels)
                : null);
    }
}
