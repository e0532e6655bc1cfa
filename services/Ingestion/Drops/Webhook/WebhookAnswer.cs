namespace Pipeline.Ingestion.Drops.Webhook;

/// <summary>What the sender gets to read.</summary>
/// <param name="Accepted">File events in the queue.</param>
/// <param name="Ignored">Events that tell of no whole file.</param>
/// <param name="Rejected">Events that cannot be used; they lie in the error queue.</param>
internal sealed record WebhookAnswer(int Accepted, int Ignored, IReadOnlyList<WebhookRejection> Rejected);

/// <param name="Position">From 0; null where it is the body as a whole.</param>
internal sealed record WebhookRejection(int? Position, string Reason);

/// <summary>The one word that Event Grid waits for.</summary>
internal sealed record SubscriptionValidation(string ValidationResponse);

/// <param name="Error">One line.</param>
internal sealed record WebhookError(string Error);
