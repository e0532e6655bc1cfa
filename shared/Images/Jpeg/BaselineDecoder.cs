using System.Buffers;
using Pipeline.Images.Files;

namespace Pipeline.Images.Jpeg;

/// <summary>Decodes the largest centred square of a JPEG straight to means over areas. Reads every block, so any damage shows.</summary>
internal sealed class BaselineDecoder(InputSpec input)
{
    private const int BlockSize = BlockAxis.BlockSize;

    // What the last files were decoded by, replaced as a whole: any number of threads may decode.
    private IReadOnlyList<HuffmanTable?> _tables = [];
    private BlockAxis[] _axes = [];

    /// <returns>null where the file is of a rarer kind.</returns>
    public BaselineJpeg? Read(ReadOnlySpan<byte> file)
    {
        var tables = new HuffmanTables(_tables);
        var jpeg = BaselineJpeg.Read(file, tables);
        _tables = tables.All;
        return jpeg;
    }

    /// <returns>Bytes that decoding takes.</returns>
    public long Memory(BaselineJpeg jpeg, int fileBytes) =>
        fileBytes + (Planes(jpeg) * (long)sizeof(float) * input.Size * (Math.Min(jpeg.Width, jpeg.Height) + (2 * BlockSize)));

    /// <param name="dataEnd">Where the image's end is marked.</param>
    /// <param name="pixels">Shape [C, S, S], as stored.</param>
    public void Decode(ReadOnlySpan<byte> file, BaselineJpeg jpeg, int dataEnd, Span<byte> pixels)
    {
        var planes = new AreaPlane?[Planes(jpeg)];
        try
        {
            for (var i = 0; i < planes.Length; i++)
                planes[i] = Plane(jpeg, jpeg.Channels[i]);

            ReadBlocks(file[jpeg.DataStart..(dataEnd + 2)], jpeg, planes!);
            Write(planes!, jpeg.IsRgb, pixels);
        }
        finally
        {
            foreach (var plane in planes)
                plane?.Dispose();
        }
    }

    // Of luma and colours grey needs only the first.
    private int Planes(BaselineJpeg jpeg) => input.Channels == 1 && !jpeg.IsRgb ? 1 : jpeg.Channels.Length;

    private AreaPlane Plane(BaselineJpeg jpeg, JpegChannel channel)
    {
        var side = Math.Min(jpeg.Width, jpeg.Height);
        return new AreaPlane(
            Axis(jpeg.Width, side, jpeg.Across / channel.Across), Axis(jpeg.Height, side, jpeg.Down / channel.Down), channel.Steps);
    }

    private BlockAxis Axis(int length, int side, int sampling)
    {
        if (Array.Find(_axes, axis => axis.Is(length, side, input.Size, sampling)) is { } known)
            return known;

        var made = new BlockAxis(length, side, input.Size, sampling);
        _axes = [made, .. _axes.Take(3)];
        return made;
    }

    /// <param name="data">From the scan's data to the end of the image.</param>
    private static void ReadBlocks(ReadOnlySpan<byte> data, BaselineJpeg jpeg, ReadOnlySpan<AreaPlane> planes)
    {
        var (across, down) = (Units(jpeg.Width, jpeg.Across), Units(jpeg.Height, jpeg.Down));
        var units = (long)across * down;
        using var part = new EntropyData(data.Length);
        Span<int> predictors = stackalloc int[jpeg.Channels.Length];
        Span<int> block = stackalloc int[BlockSize * BlockSize];
        block.Clear();
        var (unit, restarts) = (0L, 0);
        while (true)
        {
            var end = part.Take(data);
            var reader = new BlockReader(part.Padded, part.Length);
            var last = jpeg.RestartInterval == 0 ? units : Math.Min(units, unit + jpeg.RestartInterval);
            predictors.Clear();
            for (; unit < last; unit++)
                ReadUnit(ref reader, jpeg, planes, (int)(unit % across), (int)(unit / across), predictors, block);

            reader.CheckEnd();
            if (unit == units)
            {
                if (end != data.Length - 2)
                    throw ImageHeader.Damaged("data after its last block");

                return;
            }

            if (data[end + 1] != 0xD0 + (restarts++ & 7))
                throw ImageHeader.Damaged("a restart marker is not where it should be");

            data = data[(end + 2)..];
        }
    }

    private static void ReadUnit(
        ref BlockReader reader, BaselineJpeg jpeg, ReadOnlySpan<AreaPlane> planes, int x, int y,
        scoped Span<int> predictors, scoped Span<int> block)
    {
        for (var i = 0; i < jpeg.Channels.Length; i++)
        {
            ref readonly var channel = ref jpeg.Channels[i];
            for (var row = 0; row < channel.Down; row++)
            {
                for (var column = 0; column < channel.Across; column++)
                {
                    var rows = reader.Read(channel.Constant, channel.Others, ref predictors[i], block);
                    if (i < planes.Length)
                        planes[i].Add(block, rows, (x * channel.Across) + column, (y * channel.Down) + row);
                    else
                        block.Clear();
                }
            }
        }
    }

    private static int Units(int length, int blocks) => (length + (BlockSize * blocks) - 1) / (BlockSize * blocks);

    private void Write(ReadOnlySpan<AreaPlane> planes, bool isRgb, Span<byte> pixels)
    {
        var count = input.Size * input.Size;
        var padded = MeansPixels.Padded(count);
        var means = ArrayPool<float>.Shared.Rent(planes.Length * padded);
        try
        {
            for (var i = 0; i < planes.Length; i++)
                planes[i].Means(means.AsSpan(i * padded, count));

            MeansPixels.Write(means.AsSpan(0, planes.Length * padded), isRgb, input.Channels, pixels);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(means);
        }
    }
}
