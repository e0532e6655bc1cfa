using System.Text;
using System.Text.Unicode;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Records;

/// <summary>Lines of UTF-8, one in memory at a time and none longer than the limit, whatever the file holds. A line ends with a line feed,
/// a carriage return, or both in this order.</summary>
/// <param name="stream">UTF-8 without a byte order mark.</param>
/// <param name="most">Bytes of a line.</param>
/// <param name="start">Of the stream in its file, in bytes.</param>
public sealed class LineReader(Stream stream, int most, int start = 0)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _next;
    private int _end;
    private long _read = start;
    private int _first;
    private int _length;

    /// <summary>Whether the last line ended with a carriage return: a line feed behind it is of the same end.</summary>
    private bool _isAfterReturn;

    /// <summary>From 1.</summary>
    public int Line { get; private set; }

    /// <summary>Of the line's first byte in the file; in gzip, of what is unpacked.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether the line is longer than the limit: then there is nothing of it.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Without its end. Valid until the next is read.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_first, _length);

    /// <returns>The first byte that is no blank, before any line was read; null if there is none in the first kilobytes.</returns>
    public byte? Peek()
    {
        Fill();
        return _buffer.AsSpan(_next, _end - _next).TrimStart(" \t\r\n"u8) is [var first, ..] ? first : null;
    }

    /// <summary>What was not read yet; nothing can be read by line after that.</summary>
    public Stream Rest()
    {
        if (stream.CanSeek)
        {
            stream.Seek(_next - _end, SeekOrigin.Current);
            return stream;
        }

        var rest = new MemoryStream();
        rest.Write(_buffer.AsSpan(_next, _end - _next));
        stream.CopyTo(rest);
        rest.Position = 0;
        return rest;
    }

    /// <returns>False at the end.</returns>
    public bool Read()
    {
        SkipLineFeed();
        Offset = _read - (_end - _next);
        IsTooLong = false;
        _length = 0;
        var scanned = _next;
        while (true)
        {
            var found = _buffer.AsSpan(scanned, _end - scanned).IndexOfAny((byte)'\n', (byte)'\r');
            if (found >= 0)
            {
                _isAfterReturn = _buffer[scanned + found] == '\r';
                Take(scanned + found, scanned + found + 1);
                return true;
            }

            if (_end - _next > most)
            {
                IsTooLong = true;
                _next = _end;
            }

            scanned = Fill();
            if (scanned == _end)
            {
                if (_next == _end && !IsTooLong)
                    return false;

                Take(_end, _end);
                return true;
            }
        }
    }

    /// <exception cref="SequenceRejectedException">It is too long, or no UTF-8.</exception>
    public void Verify()
    {
        if (IsTooLong)
            throw new SequenceRejectedException(RejectionReason.LineTooLong, $"line {Line} has more than {most} bytes");

        VerifyUtf8(Bytes, Offset);
    }

    /// <exception cref="SequenceRejectedException">It is no UTF-8.</exception>
    public static void VerifyUtf8(ReadOnlySpan<byte> bytes, long offset)
    {
        if (Utf8.IsValid(bytes))
            return;

        var valid = 0;
        while (Rune.DecodeFromUtf8(bytes[valid..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            valid += consumed;

        throw new SequenceRejectedException(
            RejectionReason.InvalidEncoding, $"byte {offset + valid} is 0x{bytes[valid]:X2}, which is no UTF-8 there");
    }

    private void Take(int end, int next)
    {
        Line++;
        (_first, _length) = (_next, end - _next);
        _next = next;
        IsTooLong |= _length > most;
        if (IsTooLong)
            _length = 0;
    }

    private void SkipLineFeed()
    {
        if (_isAfterReturn && (_next < _end || Fill() < _end) && _buffer[_next] == '\n')
            _next++;

        _isAfterReturn = false;
    }

    // Returns where what is new begins; the end of all if there is nothing.
    private int Fill()
    {
        var kept = _end - _next;
        if (_next > 0)
        {
            _buffer.AsSpan(_next, kept).CopyTo(_buffer);
            (_next, _end) = (0, kept);
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _read += read;
        return _end - read;
    }
}

/// <summary>How a file's text is encoded: UTF-16 if it begins with the byte order mark of that, else UTF-8.</summary>
/// <param name="Utf16">Null for UTF-8.</param>
/// <param name="Start">Bytes of the mark.</param>
public sealed record EncodedText(Encoding? Utf16, int Start)
{
    private const int HeadBytes = 4096;

    /// <exception cref="SequenceRejectedException">Its first bytes are no text.</exception>
    public static EncodedText Of(Stream file)
    {
        var buffer = new byte[HeadBytes];
        file.Position = 0;
        var head = buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        return head switch
        {
            [] => throw new SequenceRejectedException(RejectionReason.Empty),
            [0xFF, 0xFE, ..] => new EncodedText(new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), 2),
            [0xFE, 0xFF, ..] => new EncodedText(new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), 2),
            _ when OtherKinds.ArchiveOf(head) is { } archive => throw new SequenceRejectedException(RejectionReason.NotText, archive),
            _ when head.Contains((byte)0) =>
                throw new SequenceRejectedException(RejectionReason.NotText, OtherKinds.NameOf(head) ?? "it has a byte of 0"),
            [0xEF, 0xBB, 0xBF, ..] => new EncodedText(null, 3),
            _ => new EncodedText(null, 0),
        };
    }

    /// <returns>UTF-8 without the mark; invalid if the file is.</returns>
    public Stream Open(Stream file)
    {
        file.Position = Start;
        return Utf16 is null ? file : Encoding.CreateTranscodingStream(file, Utf16, new UTF8Encoding(false), leaveOpen: true);
    }
}
