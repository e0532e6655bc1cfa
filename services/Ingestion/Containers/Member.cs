using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>What a container holds, as it says itself: nothing of it is believed yet.</summary>
/// <param name="Name">As written there; in a table the row's number.</param>
/// <param name="Content">To be read before the next member, which closes it; null where there is none to be used.</param>
/// <param name="Length">Of the content; null where the container does not say.</param>
/// <param name="Crc32">Of the content; null where the container does not say.</param>
/// <param name="Rejection">Why it cannot be used.</param>
/// <param name="Label">What the container itself says.</param>
/// <param name="BadLabel">Why what it says is no label; null where it is one, or says none.</param>
/// <param name="LinksTo">The member before it whose content it has; null where it has its own.</param>
internal sealed record Member(
    string Name,
    Stream? Content,
    long? Length = null,
    uint? Crc32 = null,
    RejectionReason? Rejection = null,
    string? Detail = null,
    FileLabel Label = default,
    string? BadLabel = null,
    string? LinksTo = null);

/// <summary>A container ends before its end; what came before is used.</summary>
/// <param name="lost">As <see cref="Rejection.Lost"/>.</param>
internal sealed class BrokenContainerException(RejectionReason reason, string detail, long lost = 0) : Exception($"{reason}: {detail}")
{
    public RejectionReason Reason => reason;

    /// <summary>Where, and what.</summary>
    public string Detail => detail;

    public long Lost => lost;
}
