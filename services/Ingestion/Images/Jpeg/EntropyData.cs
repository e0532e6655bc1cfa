using Pipeline.Ingestion.Images.Files;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>The data of a scan, from one restart marker to the next, without the zeros that follow each byte of ones (ITU-T T.81, B.1.1.5).</summary>
internal sealed class EntropyData : IDisposable
{
    /// <summary>Zeros after the data: more than a block that begins within them can read.</summary>
    private const int Padding = 512;

    private readonly PixelBuffer _buffer;

    /// <param name="most">Bytes of the longest part.</param>
    public EntropyData(int most) => _buffer = new PixelBuffer(most + (long)Padding);

    /// <summary>Of the part that was taken last.</summary>
    public int Length { get; private set; }

    /// <summary>What was taken last, and the padding.</summary>
    public ReadOnlySpan<byte> Padded => _buffer.Bytes[..(Length + Padding)];

    /// <param name="file">From the data on.</param>
    /// <returns>Where the marker begins that ends the part.</returns>
    /// <exception cref="ImageRejectedException">There is none.</exception>
    public int Take(ReadOnlySpan<byte> file)
    {
        var bytes = _buffer.Bytes;
        var (at, length) = (0, 0);
        while (true)
        {
            var run = file[at..].IndexOf((byte)0xFF);
            if (run < 0 || at + run + 1 >= file.Length)
            {
                throw ImageHeader.CutShort("its data have no end");
            }

            file.Slice(at, run).CopyTo(bytes[length..]);
            (at, length) = (at + run, length + run);
            var fill = at + 1;
            while (fill < file.Length - 1 && file[fill] == 0xFF)
            {
                fill++;
            }

            if (file[fill] != 0)
            {
                Length = length;
                bytes.Slice(length, Padding).Clear();
                return fill - 1;
            }

            bytes[length++] = 0xFF;
            at = fill + 1;
        }
    }

    public void Dispose() => _buffer.Dispose();
}
