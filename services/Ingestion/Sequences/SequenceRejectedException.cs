namespace Pipeline.Ingestion.Sequences;

/// <summary>A document, or a file of them, cannot be used. Says why; never ends more than that.</summary>
public sealed class SequenceRejectedException(RejectionReason reason, string? detail = null, long lost = 0) : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;

    /// <summary>Where, and what.</summary>
    public string? Detail => detail;

    /// <summary>As <see cref="Rejection.Lost"/>.</summary>
    public long Lost => lost;
}
