namespace Pipeline.Ingestion.NearDuplicates;

/// <summary>When two samples count as nearly the same picture: when both hold.</summary>
/// <param name="Distance">Most bits in which their hashes differ.</param>
/// <param name="Correlation">Least correlation of their thumbnails.</param>
public sealed record Likeness(int Distance, double Correlation);
