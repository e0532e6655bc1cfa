using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Artifacts.Folder;

/// <summary>Forward-only writing to a file, hashed on the way. Disposing it, as writers on top of it do, neither closes the file nor writes
/// anything: only <see cref="Complete"/> ends it.</summary>
internal sealed class ArtifactWriteStream(SafeFileHandle file) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    // Larger ones lie among the large objects, which the collector looks at last.
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _buffered;
    private long _written;
    private bool _complete;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => !_complete;

    /// <summary>Bytes so far.</summary>
    public override long Length => _written + _buffered;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Gives everything to the operating system; returns the digest.</summary>
    public string Complete()
    {
        WriteBuffer();
        _complete = true;
        var digest = Digest.Prefix + Convert.ToHexStringLower(_hash.GetHashAndReset());
        _hash.Dispose();
        return digest;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_complete, this);
        if (buffer.Length > _buffer.Length - _buffered)
            WriteBuffer();

        if (buffer.Length >= _buffer.Length)
        {
            WriteThrough(buffer);
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // A write ends in the page cache: there is nothing to wait for that a thread would be freed by.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteBuffer()
    {
        WriteThrough(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file, bytes, _written);
        _hash.AppendData(bytes);
        _written += bytes.Length;
    }
}
