namespace Pipeline.Images.Files;

/// <summary>An image cannot be used. Says why; never ends more than that image.</summary>
public sealed class ImageRejectedException(RejectionReason reason, string? detail = null)
    : Exception($"{Rejection.NameOf(reason)}: {detail}")
{
    public RejectionReason Reason => reason;
    public string? Detail => detail;
}
