using System.Buffers.Binary;

namespace Pipeline.Tests.EndToEnd;

/// <summary>Grey images of three kinds that are easily told apart and look different in every turn and flip; grainy,
/// so that no two are nearly the same.</summary>
public static class TinyImages
{
    public const int Size = 12;
    public const int Classes = 3;

    /// <summary>Image <paramref name="number"/>, of kind <c>number % 3</c>.</summary>
    public static byte[] Draw(int number)
    {
        var random = new Random(number);
        var pixels = new byte[Size * Size];
        var (left, top) = (random.Next(3), random.Next(3));
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                var (u, v) = (x - left, y - top);
                var ink = (number % Classes) switch
                {
                    0 => u is >= 1 and <= 3 && v is >= 0 and <= 8 || v is 7 or 8 && u is >= 1 and <= 6,
                    1 => v is 1 or 2 && u is >= 0 and <= 8 || u == v && v < 6,
                    _ => u is >= 0 and <= 4 && v is >= 0 and <= 4 || u is 7 && v is 7,
                };
                pixels[(y * Size) + x] = (byte)((ink ? 150 : 20) + (2 * x) + y + random.Next(64));
            }
        }

        return pixels;
    }

    /// <summary>IDX files as MNIST ships: a training and a test part.</summary>
    public static void WriteIdx(string folder, int training, int test)
    {
        Directory.CreateDirectory(folder);
        WriteIdx(folder, "train", 0, training);
        WriteIdx(folder, "t10k", training, test);
    }

    /// <summary>One folder for each class.</summary>
    public static void WriteFolders(string folder, int count, int classes = Classes, int firstNumber = 0)
    {
        for (var number = 0; number < count; number++)
        {
            var kind = Directory.CreateDirectory(Path.Combine(folder, $"kind-{number % classes}"));
            File.WriteAllBytes(Path.Combine(kind.FullName, $"{number:d4}.bmp"),
                Bmp(Draw(((firstNumber + number) * Classes) + (number % classes))));
        }
    }

    /// <summary>A Windows bitmap of 24 bits a pixel.</summary>
    public static byte[] Bmp(byte[] pixels)
    {
        const int Header = 54;
        var file = new byte[Header + (3 * Size * Size)];
        file[0] = (byte)'B';
        file[1] = (byte)'M';
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), Header);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Size);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), -Size);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (var i = 0; i < pixels.Length; i++)
            file.AsSpan(Header + (3 * i), 3).Fill(pixels[i]);

        return file;
    }

    private static void WriteIdx(string folder, string part, int first, int count)
    {
        var images = new byte[16 + (count * Size * Size)];
        var labels = new byte[8 + count];
        ((ReadOnlySpan<int>)[0x803, count, Size, Size]).ToBigEndian(images);
        ((ReadOnlySpan<int>)[0x801, count]).ToBigEndian(labels);
        for (var i = 0; i < count; i++)
        {
            Draw(first + i).CopyTo(images, 16 + (i * Size * Size));
            labels[8 + i] = (byte)((first + i) % Classes);
        }

        File.WriteAllBytes(Path.Combine(folder, $"{part}-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), labels);
    }

    private static void ToBigEndian(this ReadOnlySpan<int> numbers, Span<byte> bytes)
    {
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes[(4 * i)..], numbers[i]);
    }
}
