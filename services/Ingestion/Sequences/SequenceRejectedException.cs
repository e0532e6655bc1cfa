namespace Pipeline.Ingestion.Sequences;

/// <summary>A document, or a file of them, cannot be used. Says why; never ends more than that.</summary>
/// <param name="lost">As <see cref="Rejection.Lost"/>.</param>
public sealed class SequenceRejectedException(RejectionReason reason, string? detail = null, long lost = 0) : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;

    /// <summary>Where, and what.</summary>
    public string? Detail => detail;

    public long Lost => lost;
}
