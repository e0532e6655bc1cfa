using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>A member as it lies unpacked.</summary>
/// <param name="Name">Checked, unless it is rejected: then as it may be shown.</param>
/// <param name="Offset">Where its bytes start among all that is unpacked.</param>
/// <param name="Label">What the container itself says.</param>
/// <param name="Container">What it is, where it holds images and is none.</param>
/// <param name="IsNote">Says something of the members of its sample, and is no image or document itself; of sequences where there is a document beside it.</param>
/// <param name="LabelFault">Why it is used without a label; <see cref="Detail"/> says more.</param>
internal sealed record UnpackedMember(
    string Name,
    long Offset = 0,
    long Bytes = 0,
    string? Sha256 = null,
    FileLabel Label = default,
    RejectionReason? Rejection = null,
    string? Detail = null,
    ContainerKind? Container = null,
    bool IsNote = false,
    RejectionReason? LabelFault = null);
