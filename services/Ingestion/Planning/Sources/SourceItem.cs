using System.Text.Json.Serialization;
using Pipeline.Lake.Kinds;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>One image or file of the source, as it was when the import was planned.</summary>
/// <param name="Path">Below the source's folder, with <c>/</c>; within an archive <c>archive!/member</c>, within a table <c>table!/row</c>,
/// within IDX <c>file#number</c>.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits; null where it cannot be read.</param>
public sealed record SourceItem(string Path, long Bytes, string? Sha256)
{
    public string? Label { get; init; }

    /// <summary>Null where the source leaves it open.</summary>
    public Split? Split { get; init; }

    /// <summary>Why it is not even read; null where it is.</summary>
    public RejectionReason? Rejection { get; init; }

    public string? Detail { get; init; }

    /// <summary>Where it starts in the chunk's unpacked bytes; null for a file of the lake.</summary>
    public long? Offset { get; init; }

    /// <summary>What it is, where it is no sample itself but holds them.</summary>
    public ContainerKind? Container { get; init; }

    /// <inheritdoc cref="Rejection.Lost"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Lost { get; init; }

    /// <summary>The kind of table whose row it is, a text in UTF-8; null where it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerKind? Table { get; init; }
}
