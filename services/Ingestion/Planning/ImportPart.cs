using System.Text.Json.Serialization;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Planning;

/// <summary>The samples of one chunk.</summary>
/// <param name="Pixels">Safetensors: <c>pixels</c> uint8 [N, C, S, S]; of sequences <c>text</c>, <c>start</c> and <c>tag</c> as in a sample
/// shard, the last an index into <see cref="Tags"/>. Null where nothing could be used.</param>
/// <param name="Index">Safetensors of the same rows: <c>label</c> int32 [N], an index into <paramref name="Classes"/> or −1; <c>digest</c>
/// uint8 [N, 32], SHA-256 of the pixels; <c>hash</c> uint64 [N] and <c>thumbnail</c> uint8 [N, C · 16 · 16], which find near-duplicates;
/// <c>item</c> int32 [N], the number in the chunk; <c>split</c> int32 [N], as supplied or −1. Of sequences instead of hash and thumbnail:
/// <c>signature</c> uint32 [N, 120]; <c>document</c> int32 [N], the number in the part of the document it was cut from; with tags
/// <c>tags</c> uint8 [N, 32], SHA-256 of their names.</param>
/// <param name="Items">JSON lines, an <see cref="ImportedItem"/> for each row.</param>
/// <param name="Classes">Label names of its rows.</param>
/// <param name="Seconds">Compute seconds.</param>
[ArtifactKind(ArtifactKinds.ImportPart, Formerly = "ImportPart")]
public sealed record ImportPart(
    ArtifactReference? Pixels,
    ArtifactReference? Index,
    ArtifactReference? Items,
    IReadOnlyList<string> Classes,
    IReadOnlyList<Rejection> Rejections,
    double Seconds)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Finding>? Findings { get; init; }

    /// <summary>Names of the tags of its rows; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Of sequences, whose items hold any number of them; null for images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rows { get; init; }

    /// <summary>Number of documents that the rows were cut from; null for images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Documents { get; init; }
}

/// <summary>Where a row came from.</summary>
/// <param name="Path">As <see cref="Sources.SourceItem.Path"/>; of records <c>file#number</c>, of the windows of a document followed by
/// <c>@start</c>, in UTF-16 units.</param>
/// <param name="Bytes">Of the source.</param>
/// <param name="Sha256">Of the source's bytes.</param>
/// <param name="Width">As shown, before resizing; of a sequence its length, in UTF-16 units.</param>
/// <param name="Height">As shown, before resizing; 1 of a sequence.</param>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, <c>gif</c>, <c>bmp</c>, <c>webp</c> or <c>idx</c>; <c>text</c>, <c>jsonl</c>, <c>csv</c>,
/// <c>tsv</c>, <c>fasta</c>, <c>fastq</c>, <c>parquet</c> or <c>arrow</c>.</param>
public sealed record ImportedItem(string Path, long Bytes, string Sha256, int Width, int Height, string Format);
