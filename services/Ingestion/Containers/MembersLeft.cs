namespace Pipeline.Ingestion.Containers;

/// <summary>How many members of a container are lost where it breaks off: as it says itself, else by the bytes that were read of it for each so far.</summary>
internal sealed class MembersLeft(FileRange file)
{
    private Stream? _stream;
    private long _start;

    /// <summary>That the container says are still to come, with the one at hand; null where it does not.</summary>
    public long? Told { get; set; }

    /// <summary>Members read so far that are samples.</summary>
    public long Samples { get; set; }

    /// <summary>Bytes of the container up to here, packed.</summary>
    public long Position
    {
        get => _stream is null ? field : _start + _stream.Position;
        set;
    }

    /// <summary>Follows how far whoever reads it has come.</summary>
    public Stream Open(long start = 0)
    {
        (_start, _stream) = (start, file.Part(start, file.Length - start).Open());
        return _stream;
    }

    /// <param name="averageBytes">Of a sample, as far as the source is known; 0 where nothing is.</param>
    /// <returns>How many samples, 1 at least unless the container says that there are none; and the same in words.</returns>
    public (long Samples, string Words) Lost(double averageBytes)
    {
        if (Told is { } told)
        {
            // What stands there may be damaged too: no sample is without a byte.
            var count = Math.Clamp(told, 0, file.Length);
            return (count, $"{Words(count)} lost");
        }

        var (bytes, each) = Samples == 0 ? (file.Length, averageBytes) : (file.Length - Position, (double)Position / Samples);
        if (bytes <= 0 || each <= 0)
        {
            return (1, "how many members are lost nothing tells");
        }

        var about = Math.Clamp((long)Math.Round(bytes / each), 1, file.Length);
        return (about, $"about {Words(about)} lost");
    }

    private static string Words(long count) => count == 1 ? "1 member is" : $"{count} members are";
}
