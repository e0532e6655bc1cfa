using System.Buffers.Binary;
using System.IO.Compression;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// IDX files as MNIST and Fashion-MNIST ship, plain or gzip: <c>NAME-images-idx3-ubyte</c> with an optional <c>NAME-labels-idx1-ubyte</c>.
/// <c>t10k</c> and <c>test</c> are the test split. A classes.txt with one name a line names the labels; else they are their numbers.
/// Format: a big-endian magic number (0, 0, 8 for uint8, number of dimensions), the dimensions as uint32, then the bytes.
/// </summary>
internal sealed class IdxSource(string folder, IReadOnlyList<string> images) : ILakeSource
{
    private const string ImagesPart = "-images-idx3-ubyte";
    private const string LabelsPart = "-labels-idx1-ubyte";
    private const string ClassesFile = "classes.txt";

    public IReadOnlyList<Rejection> Rejections => [];

    /// <returns>Names of the files with images, in ordinal order.</returns>
    public static IReadOnlyList<string> Find(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))
            .Where(name => name.EndsWith(ImagesPart, StringComparison.Ordinal) || name.EndsWith(ImagesPart + ".gz", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Opens a file's bytes, unpacked.</summary>
    public static Stream OpenUnpacked(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    public Task<string> FingerprintAsync(CancellationToken cancellation) => Fingerprint.OfAsync(
        folder,
        images.Concat(images.Select(LabelsFile).OfType<string>()).Append(ClassesFile).Where(name => File.Exists(Path.Combine(folder, name))).Order(StringComparer.Ordinal),
        cancellation);

    public IEnumerable<ChunkPlan> Chunks(int imagesPerChunk)
    {
        var names = File.Exists(Path.Combine(folder, ClassesFile)) ? File.ReadAllLines(Path.Combine(folder, ClassesFile)) : [];
        foreach (var file in images)
        {
            var (count, rows, columns) = ReadHeader(file);
            var labels = LabelsFile(file) is { } labelsFile ? ReadLabels(labelsFile, count, names) : null;
            Split? split = file.StartsWith("t10k", StringComparison.Ordinal) || file.StartsWith("test", StringComparison.Ordinal) ? Split.Test : null;
            for (var first = 0; first < count; first += imagesPerChunk)
            {
                var length = Math.Min(imagesPerChunk, count - first);
                yield return new ChunkPlan([], new IdxStretch(file, labels?[first..(first + length)] ?? [], first, length, rows, columns, split));
            }
        }
    }

    private string? LabelsFile(string imagesFile)
    {
        var name = imagesFile.Replace(ImagesPart, LabelsPart, StringComparison.Ordinal);
        string[] candidates = [name, name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name + ".gz"];
        return candidates.FirstOrDefault(candidate => File.Exists(Path.Combine(folder, candidate)));
    }

    private (int Count, int Rows, int Columns) ReadHeader(string file)
    {
        var path = Path.Combine(folder, file);
        var dimensions = Read(path, stream => ReadDimensions(path, stream, 3));
        var (count, rows, columns) = (dimensions[0], dimensions[1], dimensions[2]);
        var expected = (long)count * rows * columns;
        var found = Read(path, stream =>
        {
            ReadDimensions(path, stream, 3);
            return CountBytes(stream);
        });
        return count > 0 && rows > 0 && columns > 0 && found == expected
            ? (count, rows, columns)
            : throw new PipelineException($"'{path}' says that it holds {count} images of {rows}×{columns}, {expected} bytes, but {found} bytes follow its header.");
    }

    private string[] ReadLabels(string file, int count, string[] names)
    {
        var path = Path.Combine(folder, file);
        var labels = Read(path, stream =>
        {
            var found = ReadDimensions(path, stream, 1)[0];
            if (found != count)
            {
                throw new PipelineException($"'{path}' holds {found} labels for {count} images.");
            }

            var bytes = new byte[count];
            stream.ReadExactly(bytes);
            return bytes;
        });
        return [.. labels.Select(label => names.Length == 0 ? label.ToString() : label < names.Length
            ? names[label].Trim()
            : throw new PipelineException($"'{path}' holds the label {label}, but '{ClassesFile}' names {names.Length} classes."))];
    }

    private static int[] ReadDimensions(string path, Stream stream, int count)
    {
        Span<byte> header = stackalloc byte[4 + (4 * count)];
        stream.ReadExactly(header);
        if (!header[..4].SequenceEqual<byte>([0, 0, 8, (byte)count]))
        {
            throw new PipelineException($"'{path}' is no IDX file of uint8 with {count} dimensions: it starts with {Convert.ToHexString(header[..4])}, valid is 000008{count:x2}.");
        }

        var dimensions = new int[count];
        for (var i = 0; i < count; i++)
        {
            var dimension = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            dimensions[i] = dimension <= int.MaxValue ? (int)dimension : throw new PipelineException($"'{path}' has a dimension of {dimension}.");
        }

        return dimensions;
    }

    private static T Read<T>(string path, Func<Stream, T> read)
    {
        try
        {
            using var stream = OpenUnpacked(path);
            return read(stream);
        }
        catch (Exception error) when (error is EndOfStreamException or InvalidDataException)
        {
            throw new PipelineException($"'{path}' is no readable IDX file: {error.Message}", error);
        }
    }

    private static long CountBytes(Stream stream)
    {
        var buffer = new byte[1 << 16];
        long total = 0;
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            total += read;
        }

        return total;
    }
}
