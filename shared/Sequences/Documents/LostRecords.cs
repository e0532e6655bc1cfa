using System.IO.Compression;
using Pipeline.Lake.Places;

namespace Pipeline.Sequences.Documents;

/// <summary>How many records a damaged gzip held, as none of them is used: those in what can be unpacked, scaled by the share of the file
/// that this took.</summary>
internal sealed class LostRecords(string format)
{
    private const int BufferBytes = 512;

    /// <summary>Of a read, so that what the decompressor has taken is what it has unpacked.</summary>
    private const int MostPacked = 256;

    private long _lines;
    private long _headers;
    private bool _isLineStart = true;
    private bool _isOpen;

    /// <param name="file">The gzip.</param>
    /// <param name="format">The name of its format; of <c>text</c> a file is one record.</param>
    /// <param name="most">Bytes to unpack.</param>
    /// <returns>1 at least; 0 where nothing can be unpacked.</returns>
    public static long Of(Stream file, string format, long most)
    {
        var records = new LostRecords(format);
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

        return unpacked == 0 ? 0 : Math.Max(1, (long)Math.Round(records.Count * ((double)file.Length / taken)));
    }

    private long Count
    {
        get
        {
            var lines = _lines + (_isOpen ? 1 : 0);
            return format switch
            {
                "jsonl" => lines,
                "csv" or "tsv" => lines - 1,
                "fasta" => _headers,
                "fastq" => lines / 4,
                _ => 1,
            };
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var letter in bytes)
        {
            _headers += _isLineStart && letter == '>' ? 1 : 0;
            _isLineStart = letter == '\n';
            _lines += _isLineStart ? 1 : 0;
            _isOpen = !_isLineStart;
        }
    }

    private sealed class SmallReads(Stream inner, int most) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => Advance(inner.Read(buffer[..Math.Min(buffer.Length, most)]));
    }
}
