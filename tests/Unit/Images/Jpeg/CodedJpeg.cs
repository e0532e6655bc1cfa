using Pipeline.Images.Jpeg;

namespace Pipeline.Tests.Unit.Images.Jpeg;

/// <summary>A JPEG of drawn coefficients, written bit by bit, so that what it shows is known to the last digit.</summary>
internal sealed class CodedJpeg
{
    public readonly record struct Channel(int Across, int Down);

    private readonly int _width;
    private readonly int _height;
    private readonly Channel[] _channels;

    /// <summary>By channel, the blocks of its plane by (row, column): quantized, shape [8, 8].</summary>
    private readonly Dictionary<(int Row, int Column), int[]>[] _blocks;

    private readonly int[] _steps = [.. Enumerable.Range(0, 64).Select(i => 1 + (i / 8) + (i % 8))];

    public CodedJpeg(int seed, int width, int height, params Channel[] channels)
    {
        (_width, _height, _channels) = (width, height, channels);
        _blocks = [.. channels.Select(_ => new Dictionary<(int, int), int[]>())];
        var random = new Random(seed);
        foreach (var (channel, row, column) in Order())
        {
            var block = new int[64];
            block[0] = random.Next(-250, 250) * 2;
            for (var n = random.Next(12); n > 0; n--)
                block[random.Next(4) == 0 ? random.Next(64) : random.Next(20)] = random.Next(-30, 31);

            // The last of all, and sixteen zeros and more before it.
            block[63] = random.Next(5) == 0 ? 3 : 0;
            _blocks[channel][(row, column)] = block;
        }
    }

    public int RestartInterval { get; init; }

    /// <summary>Bits of each code of the coefficients that are not constant: 8 to 16.</summary>
    public int CodeLength { get; init; } = 8;

    /// <summary>Put before the tables.</summary>
    public byte[] Before { get; init; } = [];

    public byte[] Ids { get; init; } = [1, 2, 3];

    private int Across => _channels.Max(channel => channel.Across);

    private int Down => _channels.Max(channel => channel.Down);

    /// <param name="change">Given the bytes of the scan's data; null for none.</param>
    public byte[] File(Func<byte[], byte[]>? change = null)
    {
        byte[] frame = [8, (byte)(_height >> 8), (byte)_height, (byte)(_width >> 8), (byte)_width, (byte)_channels.Length,
            .. _channels.SelectMany((channel, i) => new[] { Ids[i], (byte)((channel.Across << 4) | channel.Down), (byte)0 })];
        var counts = new byte[16];
        counts[CodeLength - 1] = 176;
        byte[] restart = RestartInterval == 0 ? [] : Segment(0xDD, [(byte)(RestartInterval >> 8), (byte)RestartInterval]);
        return
        [
            0xFF, 0xD8, .. Before,
            .. Segment(0xDB, [0, .. BlockReader.Natural.ToArray().Select(place => (byte)_steps[place])]),
            .. Segment(0xC0, frame),
            .. Segment(0xC4, [0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Enumerable.Range(0, 12).Select(size => (byte)size)]),
            .. Segment(0xC4, [0x10, .. counts, .. Symbols]),
            .. restart,
            .. Segment(0xDA, [(byte)_channels.Length, .. _channels.SelectMany((_, i) => new byte[] { Ids[i], 0 }), 0, 63, 0]),
            .. (change ?? (data => data))(Data()),
            0xFF, 0xD9,
        ];
    }

    /// <returns>Shape [channels, S, S]: the means of the centred square, half the range below what is shown, by the definitions alone.</returns>
    public double[] Means(int size)
    {
        var side = Math.Min(_width, _height);
        var (left, top, extent) = ((_width - side) / 2.0, (_height - side) / 2.0, (double)side / size);
        var made = new double[_channels.Length * size * size];
        for (var channel = 0; channel < _channels.Length; channel++)
        {
            var pixels = Shown(channel);
            for (var i = 0; i < size * size; i++)
            {
                var (x, y) = (left + (i % size * extent), top + (i / size * extent));
                for (var row = (int)y; row < Math.Min(_height, y + extent); row++)
                {
                    for (var column = (int)x; column < Math.Min(_width, x + extent); column++)
                    {
                        made[(channel * size * size) + i] += pixels[row, column] * Overlap(x, extent, column) * Overlap(y, extent, row) / (extent * extent);
                    }
                }
            }
        }

        return made;
    }

    private static double Overlap(double from, double extent, int pixel) => Math.Max(0, Math.Min(from + extent, pixel + 1) - Math.Max(from, pixel));

    /// <summary>A channel at the size of the image: where it has half as many pixels, three quarters of the nearer and one of the farther.</summary>
    private double[,] Shown(int channel)
    {
        var (across, down) = (Across / _channels[channel].Across, Down / _channels[channel].Down);
        var (columns, rows) = ((_width + across - 1) / across, (_height + down - 1) / down);
        var plane = new double[rows, columns];
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
                plane[y, x] = Pixel(_blocks[channel][(y / 8, x / 8)], x % 8, y % 8);
        }

        var shown = new double[_height, _width];
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                foreach (var (row, rowShare) in Neighbours(y, down, rows))
                {
                    foreach (var (column, share) in Neighbours(x, across, columns))
                        shown[y, x] += rowShare * share * plane[row, column];
                }
            }
        }

        return shown;
    }

    private static (int At, double Share)[] Neighbours(int i, int sampling, int length) => sampling != 2
        ? [(i / sampling, 1)]
        : [(i / 2, 0.75), (Math.Clamp((i / 2) + (i % 2 == 0 ? -1 : 1), 0, length - 1), 0.25)];

    /// <summary>The inverse transform as T.81, A.3.3, writes it.</summary>
    private double Pixel(int[] block, int x, int y)
    {
        var sum = 0.0;
        for (var v = 0; v < 8; v++)
        {
            for (var u = 0; u < 8; u++)
            {
                sum += (u == 0 ? Math.Sqrt(0.5) : 1) * (v == 0 ? Math.Sqrt(0.5) : 1) * block[(v * 8) + u] * _steps[(v * 8) + u]
                    * Math.Cos(((2 * x) + 1) * u * Math.PI / 16) * Math.Cos(((2 * y) + 1) * v * Math.PI / 16) / 4;
            }
        }

        return sum;
    }

    /// <summary>The blocks as the scan has them.</summary>
    private IEnumerable<(int Channel, int Row, int Column)> Order()
    {
        var single = _channels.Length == 1;
        var (width, height) = single ? (8, 8) : (8 * Across, 8 * Down);
        for (var unit = 0; unit < (_width + width - 1) / width * ((_height + height - 1) / height); unit++)
        {
            var (x, y) = (unit % ((_width + width - 1) / width), unit / ((_width + width - 1) / width));
            for (var channel = 0; channel < _channels.Length; channel++)
            {
                var (across, down) = single ? (1, 1) : (_channels[channel].Across, _channels[channel].Down);
                for (var i = 0; i < across * down; i++)
                    yield return (channel, (y * down) + (i / across), (x * across) + (i % across));
            }
        }
    }

    private byte[] Data()
    {
        var (bytes, bits, left) = (new List<byte>(), 0, 8);
        void Put(int value, int count)
        {
            for (var i = count - 1; i >= 0; i--)
            {
                bits |= ((value >> i) & 1) << --left;
                if (left == 0)
                    Flush();
            }
        }

        void Flush()
        {
            bytes.Add((byte)bits);
            if (bits == 0xFF)
                bytes.Add(0);

            (bits, left) = (0, 8);
        }

        void Value(int value, int size) => Put(value < 0 ? value + (1 << size) - 1 : value, size);

        var ofUnit = _channels.Length == 1 ? 1 : _channels.Sum(channel => channel.Across * channel.Down);
        var (predictors, written, restarts) = (new int[_channels.Length], 0, 0);
        foreach (var (channel, row, column) in Order())
        {
            if (RestartInterval > 0 && written > 0 && written % (RestartInterval * ofUnit) == 0)
            {
                Put((1 << (left % 8)) - 1, left % 8);
                bytes.AddRange([0xFF, (byte)(0xD0 + (restarts++ % 8))]);
                Array.Clear(predictors);
            }

            written++;
            var block = _blocks[channel][(row, column)];
            var difference = block[0] - predictors[channel];
            predictors[channel] = block[0];
            Put(Size(difference), 4);
            Value(difference, Size(difference));
            var zeros = 0;
            for (var k = 1; k < 64; k++)
            {
                var value = block[BlockReader.Natural[k]];
                if (value == 0)
                {
                    zeros++;
                    continue;
                }

                for (; zeros > 15; zeros -= 16)
                    Put(Symbols.IndexOf((byte)0xF0), CodeLength);

                Put(Symbols.IndexOf((byte)((zeros << 4) | Size(value))), CodeLength);
                Value(value, Size(value));
                zeros = 0;
            }

            if (zeros > 0)
                Put(0, CodeLength);
        }

        Put((1 << (left % 8)) - 1, left % 8);
        return [.. bytes];
    }

    /// <summary>Of sizes 0 to 10 after 0 to 15 zeros; the end of a block first.</summary>
    private static List<byte> Symbols { get; } = [.. Enumerable.Range(0, 176).Select(i => (byte)(((i / 11) << 4) | (i % 11)))];

    private static int Size(int value) => value == 0 ? 0 : (int)Math.Log2(Math.Abs(value)) + 1;

    private static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];
}
