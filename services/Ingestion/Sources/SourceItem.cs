using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>One image of the source, as it was when the import was planned.</summary>
/// <param name="Path">Below the source's folder, with <c>/</c>; within an archive <c>archive#number</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits; null where it cannot be read.</param>
/// <param name="Label">Null where there is none.</param>
/// <param name="Split">Null where the source leaves it open.</param>
/// <param name="Rejection">Why it is not even read; null where it is.</param>
public sealed record SourceItem(string Path, long Bytes, string? Sha256, string? Label, Split? Split, RejectionReason? Rejection = null);
