using Pipeline.Contracts;

namespace Pipeline.Ingestion.Import;

/// <summary>One import of one folder: fixed before the first image is decoded.</summary>
/// <param name="Root">Where its parts lie until the dataset version is committed.</param>
/// <param name="DatasetRoot">Where the dataset version will lie.</param>
public sealed record ImportPlan(
    string Root, string DatasetRoot, string Dataset, string Source, InputSpec Input, SplitSpec Split, int Chunks, IReadOnlyList<Rejection> Rejections, double Seconds)
{
    public string ChunkKey(int chunk) => $"{Root}/chunks/{chunk:d5}.json";

    public string PartKey(int chunk) => $"{Root}/parts/{chunk:d5}.json";

    public string PixelsKey(int chunk) => $"{Root}/parts/{chunk:d5}.safetensors";

    public string ManifestKey => $"{DatasetRoot}/manifest.json";

    /// <summary>An IDX file, unpacked.</summary>
    public string UnpackedKey(string file) => $"{Root}/unpacked/{file}";

    public string QuarantineKey(string digest) => $"quarantine/{Dataset}/{digest[7..]}";
}

/// <summary>What became of one chunk.</summary>
/// <param name="File">Safetensors: <c>pixels</c> uint8 [N, C, S, S] and <c>digest</c> uint8 [N, 32]; null where no image was usable.</param>
/// <param name="Origins">N, in the order of the rows.</param>
public sealed record ImportPart(ArtifactReference? File, IReadOnlyList<SampleOrigin> Origins, IReadOnlyList<Rejection> Rejections, double Seconds);

/// <summary>Where a sample came from.</summary>
/// <param name="Path">Relative to the source folder; an image within a file as <c>file#number</c>.</param>
/// <param name="Split">Null where the source does not say.</param>
/// <param name="Bytes">Of the file, or of the image within it.</param>
/// <param name="Digest">SHA-256 of these bytes.</param>
public sealed record SampleOrigin(string Path, string? Label, Split? Split, int Width, int Height, string Format, long Bytes, string Digest);
