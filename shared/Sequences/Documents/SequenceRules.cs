using System.IO.Compression;
using Pipeline.Contracts;
using Pipeline.Lake.Containers;

namespace Pipeline.Sequences.Documents;

/// <summary>What bears on how documents are read, beside the experiment's modality and input.</summary>
/// <param name="MaxLineBytes">Of a line, or of a record of CSV.</param>
/// <param name="MaxSequenceLength">Letters of a document, before it is cut into windows.</param>
/// <param name="MaxUnpackedBytes">Of a file in gzip: no more than of a plain one.</param>
/// <param name="MaxUnpackedRatio">Bytes that one byte of a file in gzip may unpack to.</param>
/// <param name="Labels">What the experiment says of labels.</param>
public sealed record SequenceRules(int MaxLineBytes, int MaxSequenceLength, long MaxUnpackedBytes, int MaxUnpackedRatio, LabelSpec? Labels = null)
{
    public static SequenceRules Of(UnpackOptions options, int maxSequenceLength, LabelSpec? labels = null) =>
        new(options.MaxLineBytes, maxSequenceLength, Math.Min(options.MaxUnpackedBytes, options.MaxFileBytes), options.MaxUnpackedRatio, labels);
}

/// <summary>How many records a damaged gzip held, as none of them is used: those in what can be unpacked, scaled by the share of the file that this took.</summary>
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

    private sealed class SmallReads(Stream inner, int most) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, most));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
