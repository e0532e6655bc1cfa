using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Parquet;
using Parquet.Schema;

namespace Pipeline.Tests.Unit.Lake.Containers;

/// <summary>Archives and tables made on the spot.</summary>
internal static class Archives
{
    public static byte[] Zip(params (string Name, byte[] Content)[] members)
    {
        var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                var entry = zip.CreateEntry(name);
                // The same bytes whenever it is made.
                entry.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return buffer.ToArray();
    }

    public static byte[] Tar(params (string Name, byte[] Content)[] members) =>
        Tar([.. members.Select(member => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile,
            member.Name) { DataStream = new MemoryStream(member.Content) })]);

    public static byte[] Tar(params TarEntry[] entries)
    {
        var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, leaveOpen: true))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }

        return buffer.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);

        return buffer.ToArray();
    }

    public static async Task<byte[]> ParquetAsync(byte[][] images, string[] labels, CompressionMethod packing = CompressionMethod.Snappy)
    {
        var (image, label) = (new DataField<byte[]>("image"), new DataField<string>("label"));
        var buffer = new MemoryStream();
        await using (var writer =
            await ParquetWriter.CreateAsync(new ParquetSchema(image, label), buffer,
                new ParquetOptions { CompressionMethod = packing, CompressionLevel = CompressionLevel.Fastest }))
        {
            foreach (var half in new[] { ..(images.Length / 2), (images.Length / 2).. })
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(image, images[half]);
                await group.WriteAsync(label, labels[half]);
            }
        }

        return buffer.ToArray();
    }

    public static byte[] Arrow(byte[][] images, long[] labels, bool isFile)
    {
        var batch = new RecordBatch.Builder()
            .Append("img", false, new BinaryArray.Builder().AppendRange(images).Build())
            .Append("label", false, new Int64Array.Builder().AppendRange(labels).Build())
            .Build();
        var buffer = new MemoryStream();
        using (var writer = isFile
            ? new ArrowFileWriter(buffer, batch.Schema, leaveOpen: true) : new ArrowStreamWriter(buffer, batch.Schema, leaveOpen: true))
        {
            writer.WriteStart();
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        return buffer.ToArray();
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
