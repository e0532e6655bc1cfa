namespace Pipeline.Ingestion.Drops.Events;

/// <summary>What a body told.</summary>
/// <param name="Ignored">Events that are known and tell of no whole file: an empty file was opened, a tier changed.</param>
public sealed record ParsedEvents(IReadOnlyList<FileEvent> Events, IReadOnlyList<RejectedEvent> Rejected, int Ignored);

/// <param name="Position">Which event of the body, from 0; null where it is the body as a whole.</param>
/// <param name="Reason">One line: what is wrong, where, and what would be valid.</param>
/// <param name="Body">The event as it was sent.</param>
public sealed record RejectedEvent(int? Position, string Reason, ReadOnlyMemory<byte> Body);
