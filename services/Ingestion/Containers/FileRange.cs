using Microsoft.Win32.SafeHandles;
using Pipeline.Artifacts.Folder;

namespace Pipeline.Ingestion.Containers;

/// <summary>Bytes in an open file; each stream over them has a position of its own.</summary>
internal readonly record struct FileRange(SafeFileHandle File, long Start, long Length)
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
        {
            read += more;
        }

        return read;
    }
}
