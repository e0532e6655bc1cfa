using System.Buffers;
using System.IO.Compression;
using Pipeline.Lake.Places;

namespace Pipeline.Sequences.Documents;

/// <summary>Estimates how many records a gzip holds of which none is used: those in what can be unpacked, scaled by the share of the file
/// that this took.</summary>
internal sealed class LostRecords
{
    private const int BufferBytes = 512;

    /// <summary>Bytes of a read: small, so that the decompressor has unpacked what it has taken.</summary>
    private const int MostPacked = 256;

    private const int HeadBytes = 1 << 12;

    private readonly ArrayBufferWriter<byte> _head = new();
    private long _lines;
    private long _headers;
    private bool _isLineStart = true;

    /// <param name="file">The gzip.</param>
    /// <param name="most">Bytes to unpack.</param>
    /// <param name="format">Tells the format by its first bytes; of <c>text</c> a file is one record.</param>
    /// <returns>1 at least; 0 where nothing can be unpacked.</returns>
    public static long Of(Stream file, long most, Func<Stream, string> format)
    {
        var records = new LostRecords();
        file.Position = 0;
        using var packed = new SmallReads(file, MostPacked);
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        var (unpacked, taken) = (0L, 0L);
        try
        {
            var buffer = new byte[BufferBytes];
            for (int read; unpacked < most && (read = gzip.Read(buffer)) > 0; unpacked += read)
            {
                records.Add(buffer.AsSpan(0, read));
                taken = file.Position;
            }
        }
        catch (InvalidDataException)
        {
            // What came before it counts.
        }

        if (unpacked == 0)
            return 0;

        using var head = new MemoryStream(records._head.WrittenSpan.ToArray());
        return Math.Max(1, (long)Math.Round(records.Count(format(head)) * ((double)file.Length / taken)));
    }

    private long Count(string format) => format switch
    {
        "jsonl" => _lines,
        "csv" or "tsv" => _lines - 1,
        "fasta" => _headers,
        "fastq" => _lines / 4,
        _ => 1,
    };

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (_head.WrittenCount < HeadBytes)
            _head.Write(bytes);

        foreach (var letter in bytes)
        {
            _lines += _isLineStart ? 1 : 0;
            _headers += _isLineStart && letter == '>' ? 1 : 0;
            _isLineStart = letter == '\n';
        }
    }

    private sealed class SmallReads(Stream inner, int most) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => Advance(inner.Read(buffer[..Math.Min(buffer.Length, most)]));
    }
}
