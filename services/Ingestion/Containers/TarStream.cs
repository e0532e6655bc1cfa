namespace Pipeline.Ingestion.Containers;

/// <summary>
/// A tar on its way to the reader, which takes the sizes in headers as they stand and reads a long name whole into memory: what it may read between two
/// contents is limited here, as is all of it.
/// </summary>
internal sealed class TarStream(Stream inner, UnpackBudget budget) : Stream
{
    /// <summary>For a header with its extensions.</summary>
    private const int MostHeaderBytes = 1 << 20;
    private const int Block = 512;

    private long _position;
    private long _header;
    private bool _inHeader;
    private bool _spends;

    /// <summary>Whether the last block was one of zeros.</summary>
    public bool IsAtEndMark { get; private set; }

    public void ExpectHeader() => (_inHeader, _spends, _header) = (true, true, 0);

    /// <summary>Whoever reads it answers for its bytes.</summary>
    public void ExpectContent() => (_inHeader, _spends) = (false, false);

    /// <summary>What is left of a content that nobody wants.</summary>
    public void ExpectRest() => (_inHeader, _spends) = (false, true);

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        return Count(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer) => Count(buffer[..inner.Read(buffer)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(ReadOnlySpan<byte> read)
    {
        _position += read.Length;
        if (_spends)
        {
            budget.Spend(read.Length);
        }

        if (_inHeader && read.Length > 0)
        {
            _header += read.Length;
            IsAtEndMark = read.Length == Block && !read.ContainsAnyExcept((byte)0);
            if (_header > MostHeaderBytes)
            {
                throw new BrokenContainerException(RejectionReason.Corrupt, $"at byte {_position}: a header of more than {MostHeaderBytes} bytes");
            }
        }

        return read.Length;
    }
}
