using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Lake.Containers;

/// <summary>Bytes in an open file; each stream over them has a position of its own.</summary>
public readonly record struct FileRange(SafeFileHandle File, long Start, long Length)
{
    public static FileRange Of(FileStream file)
    {
        file.Flush();
        return new FileRange(file.SafeFileHandle, 0, file.Length);
    }

    public Stream Open() => new RangeStream(File, Start, Length, ownsFile: false);

    public FileRange Part(long start, long length) => new(File, Start + start, length);

    /// <returns>Fewer bytes only at the end.</returns>
    public int Read(long start, Span<byte> buffer)
    {
        var wanted = buffer[..(int)Math.Clamp(Length - start, 0, buffer.Length)];
        var read = 0;
        while (read < wanted.Length && RandomAccess.Read(File, wanted[read..], Start + start + read) is > 0 and var more)
            read += more;

        return read;
    }
}

/// <summary>How many members of a container are lost where it breaks off: as it says, else estimated from the bytes of those so
/// far.</summary>
public sealed class MembersLeft(FileRange file)
{
    private Stream? _stream;
    private long _start;
    private long _samples;

    /// <summary>Members that the container says are still to come, with the one at hand; null if it does not say it.</summary>
    public long? Told { get; set; }

    /// <summary>Packed bytes up to the last member that was read whole.</summary>
    public long Position { get; set; }

    /// <summary>Whether what would follow the container's end is lost too.</summary>
    public bool IsCut { get; set; }

    private long Reached => _start + (_stream?.Position ?? 0);

    /// <summary>Follows how far whoever reads it has come.</summary>
    public Stream Open(long start = 0)
    {
        (_start, _stream) = (start, file.Part(start, file.Length - start).Open());
        return _stream;
    }

    /// <summary>A member was read whole.</summary>
    public void Read(bool isSample)
    {
        _samples += isSample ? 1 : 0;
        Position = Math.Max(Position, _stream is null ? 0 : Reached);
    }

    /// <param name="bytesOfSample">In such a container, by all samples of the source so far; 0 without any.</param>
    /// <returns>The number of samples, 1 at least unless the container says that there are none, and the same in words.</returns>
    public (long Samples, string Words) Lost(double bytesOfSample)
    {
        if (Told is { } told)
        {
            // The number may be damaged too: each sample has a byte at least.
            var count = Math.Clamp(told, 0, file.Length);
            return (count, $"{Words(count)} lost");
        }

        var (bytes, each) = _samples == 0 ? (file.Length, bytesOfSample) : (file.Length - Position, (double)Position / _samples);
        if (each <= 0)
            return (1, "how many members are lost nothing tells");

        var about = Math.Clamp((long)Math.Round(bytes / each), 1, file.Length);
        return (about, $"{(IsCut || Reached == file.Length ? "at least " : "")}about {Words(about)} lost");
    }

    private static string Words(long count) => count == 1 ? "1 member is" : $"{count} members are";
}
