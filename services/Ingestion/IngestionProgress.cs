namespace Pipeline.Ingestion;

/// <summary>How far a piece of work is.</summary>
/// <param name="Doing">Such as <c>reading</c>, <c>decoding</c>, <c>committing</c>.</param>
/// <param name="Total">Null where it is not known before the end.</param>
public sealed record IngestionProgress(string Doing, long Done, long? Total);
