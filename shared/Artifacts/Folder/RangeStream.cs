using Microsoft.Win32.SafeHandles;

namespace Pipeline.Artifacts.Folder;

/// <summary>A part of a file, to be read.</summary>
public sealed class RangeStream(SafeFileHandle file, long offset, long length, bool ownsFile = true) : ReadStream(length)
{
    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer[..Wanted(buffer.Length)], offset + Position);
        Position += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await RandomAccess.ReadAsync(file, buffer[..Wanted(buffer.Length)], offset + Position, cancellationToken);
        Position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && ownsFile)
            file.Dispose();

        base.Dispose(disposing);
    }
}
