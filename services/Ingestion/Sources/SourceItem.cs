using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Ingestion.Containers;

namespace Pipeline.Ingestion.Sources;

/// <summary>One image or file of the source, as it was when the import was planned.</summary>
/// <param name="Path">Below the source's folder, with <c>/</c>; within an archive <c>archive!/member</c>, within a table <c>table!/row</c>, within IDX <c>file#number</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits; null where it cannot be read.</param>
/// <param name="Label">Null where there is none.</param>
/// <param name="Split">Null where the source leaves it open.</param>
/// <param name="Rejection">Why it is not even read; null where it is.</param>
/// <param name="Detail">Of the rejection.</param>
/// <param name="Offset">Where it starts in what the chunk has unpacked; null for a file of the lake.</param>
/// <param name="Container">What it is, where it holds images and is none.</param>
/// <param name="Lost">As <see cref="Rejection.Lost"/>.</param>
/// <param name="Table">The kind of table whose row it is, a text in UTF-8; null where it is none.</param>
public sealed record SourceItem(
    string Path,
    long Bytes,
    string? Sha256,
    string? Label,
    Split? Split,
    RejectionReason? Rejection = null,
    string? Detail = null,
    long? Offset = null,
    ContainerKind? Container = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Lost = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContainerKind? Table = null);
