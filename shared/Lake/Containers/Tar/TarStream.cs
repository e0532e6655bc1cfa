using Pipeline.Lake.Places;

namespace Pipeline.Lake.Containers.Tar;

/// <summary>A tar as the framework's reader gets it. The reader believes the sizes in headers and reads a long name whole into memory: what
/// it may read between two contents is limited here, as is all of it. It would end at a sparse file: the map of that is taken out, so that
/// it sees a plain one.</summary>
internal sealed class TarStream(Stream inner, UnpackBudget budget) : ForwardStream
{
    /// <summary>For a header with its extensions.</summary>
    private const int MostHeaderBytes = 1 << 20;

    private long _header;
    private long _records;
    private bool _arePax;
    private bool _inHeader;
    private bool _spends;

    /// <summary>Whether the last block was one of zeros.</summary>
    public bool IsAtEndMark { get; private set; }

    /// <summary>Of the entry that was read last, by GNU's old format; null without one.</summary>
    public SparseMap? Sparse { get; private set; }

    /// <summary>The same by format 0.0 of PAX.</summary>
    public SparseMap? ListedSparse { get; private set; }

    public void ExpectHeader()
    {
        (_inHeader, _spends, _header, _records) = (true, true, 0, 0);
        (Sparse, ListedSparse) = (null, null);
    }

    /// <summary>Whoever reads it answers for its bytes.</summary>
    public void ExpectContent() => (_inHeader, _spends) = (false, false);

    /// <summary>What is left of a content that nobody wants.</summary>
    public void ExpectRest() => (_inHeader, _spends) = (false, true);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The reader looks at whole headers, and so does this.
        var read = _inHeader
            ? await inner.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
            : await inner.ReadAsync(buffer, cancellationToken);
        Count(read);
        if (_inHeader && read > 0)
            See(buffer.Span[..read]);

        return read;
    }

    private void See(Span<byte> read)
    {
        IsAtEndMark = read.Length == TarHeader.Block && !read.ContainsAnyExcept((byte)0);
        if (_records > 0)
            SeeRecords(read);
        else if (read.Length == TarHeader.Block && !IsAtEndMark)
            SeeHeader(read);
    }

    private void Count(int bytes)
    {
        Advance(bytes);
        if (_spends)
            budget.Spend(bytes);

        _header += _inHeader ? bytes : 0;
        if (_header > MostHeaderBytes)
        {
            throw new BrokenContainerException(
                RejectionReason.Corrupt, $"at byte {Position}: a header of more than {MostHeaderBytes} bytes");
        }
    }

    private void SeeRecords(Span<byte> records)
    {
        if (_arePax && records.Length == _records)
            ListedSparse = PaxRecords.MakeDistinct(records) ?? ListedSparse;

        _records -= Math.Min(_records, records.Length);
    }

    private void SeeHeader(Span<byte> header)
    {
        switch (TarHeader.TypeOf(header))
        {
            case TarHeader.Extended or TarHeader.GlobalExtended or TarHeader.LongName or TarHeader.LongLink:
                _records = TarHeader.SizeOf(header) ?? 0;
                _arePax = TarHeader.TypeOf(header) is TarHeader.Extended or TarHeader.GlobalExtended;
                break;
            case TarHeader.GnuSparse:
                Sparse = TakeMap(header);
                TarHeader.MakePlain(header);
                break;
        }
    }

    private SparseMap TakeMap(ReadOnlySpan<byte> header)
    {
        var map = new SparseMap { Length = TarHeader.RealSizeOf(header) ?? -1 };
        Span<byte> block = stackalloc byte[TarHeader.Block];
        for (var more = TarHeader.AddPieces(header, map, isHeader: true); more; more = TarHeader.AddPieces(block, map, isHeader: false))
        {
            inner.ReadExactly(block);
            Count(block.Length);
        }

        return map;
    }
}
