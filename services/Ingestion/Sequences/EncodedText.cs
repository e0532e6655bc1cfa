using System.Text;
using Pipeline.Ingestion.Images.Files;

namespace Pipeline.Ingestion.Sequences;

/// <summary>How a file's text is encoded: UTF-16 where it begins with the byte order mark of that, else UTF-8.</summary>
/// <param name="Utf16">Null for UTF-8.</param>
/// <param name="Start">Bytes of the mark.</param>
internal sealed record EncodedText(Encoding? Utf16, int Start)
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
            _ when head.Contains((byte)0) => throw new SequenceRejectedException(RejectionReason.NotText, OtherKinds.NameOf(head) ?? "it has a byte of 0"),
            [0xEF, 0xBB, 0xBF, ..] => new EncodedText(null, 3),
            _ => new EncodedText(null, 0),
        };
    }

    /// <returns>UTF-8 without the mark; invalid where the file is.</returns>
    public Stream Open(Stream file)
    {
        file.Position = Start;
        return Utf16 is null ? file : Encoding.CreateTranscodingStream(file, Utf16, new UTF8Encoding(false), leaveOpen: true);
    }
}
