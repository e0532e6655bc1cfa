namespace Pipeline.Ingestion.Drops.Events;

/// <summary>
/// Which of two events of one file came later. Deliveries are unordered, so sequencers decide: those of Azure compare as plain strings, those of S3 after the
/// shorter is padded with zeros on the right. Without two of one kind the times decide, and where these are equal, the ids, so that every worker decides alike.
/// </summary>
public sealed class FileEventOrder : IComparer<FileEvent>
{
    public const string Azure = "azure:";
    public const string S3 = "s3:";

    public static FileEventOrder Instance { get; } = new();

    public int Compare(FileEvent? x, FileEvent? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = Sequencers(x.Sequencer, y.Sequencer);
        order = order == 0 ? x.Time.CompareTo(y.Time) : order;
        order = order == 0 ? string.CompareOrdinal(x.Id, y.Id) : order;
        return order == 0 ? x.Kind.CompareTo(y.Kind) : order;
    }

    private static int Sequencers(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return 0;
        }

        if (x.StartsWith(Azure, StringComparison.Ordinal) && y.StartsWith(Azure, StringComparison.Ordinal))
        {
            return string.CompareOrdinal(x, y);
        }

        var length = Math.Max(x.Length, y.Length);
        return x.StartsWith(S3, StringComparison.Ordinal) && y.StartsWith(S3, StringComparison.Ordinal)
            ? string.CompareOrdinal(x.PadRight(length, '0'), y.PadRight(length, '0'))
            : 0;
    }
}
