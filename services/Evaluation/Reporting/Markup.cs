using System.Runtime.InteropServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SkiaSharp;

namespace Pipeline.Evaluation.Reporting;

/// <summary>The page as a tree of elements, so that it is well-formed and every text is escaped, whoever wrote it.</summary>
internal static class Markup
{
    private static readonly HashSet<string> WithoutContent = ["br", "hr", "img", "meta"];

    public static XElement Tag(string name, params object?[] content) => new(name, content);

    public static XAttribute Class(string names) => new("class", names);

    public static XAttribute Set(string name, object value) => new(name, value);

    /// <summary>A part of the page with its heading.</summary>
    public static XElement Section(string id, string heading, params object?[] content) =>
        Tag("section", Set("id", id), Set("aria-labelledby", id + "-heading"), Tag("h2", Set("id", id + "-heading"), heading), content);

    /// <summary>A table that scrolls sideways where the page is too narrow for it. The first cell of each row is its header.</summary>
    /// <param name="columns">Headings; where all are empty there is no heading row.</param>
    /// <param name="numbersFrom">The column from which cells hold numbers.</param>
    public static XElement Table(string caption, IReadOnlyList<string> columns, IEnumerable<IEnumerable<object?>> rows, int numbersFrom = 1)
    {
        XAttribute? Align(int column) => column >= numbersFrom ? Class("number") : null;
        return Scroll(caption,
            Tag("table",
                columns.All(string.IsNullOrEmpty)
                    ? null
                    : Tag("thead", Tag("tr", columns.Select((name, i) => Tag("th", Set("scope", "col"), Align(i), name)))),
                Tag("tbody", rows.Select(row => Tag("tr", row.Select((cell, i) =>
                    i == 0 ? Tag("th", Set("scope", "row"), Align(i), cell) : Tag("td", Align(i), cell)))))));
    }

    /// <summary>Holds what may be wider than the page; its caption stays in view.</summary>
    public static XElement Scroll(string caption, XElement wide) =>
        Tag("div", Class("table"),
            Tag("p", Class("caption"), caption),
            Tag("div", Class("scroll"), Set("role", "region"), Set("aria-label", caption), Set("tabindex", 0), wide));

    /// <summary>Markup that both an HTML and an XML parser read alike.</summary>
    public static string Serialize(XElement root)
    {
        foreach (var element in root.DescendantsAndSelf()
            .Where(element => element.IsEmpty && !WithoutContent.Contains(element.Name.LocalName)))
        {
            element.Value = string.Empty;
        }

        foreach (var text in root.DescendantNodes().OfType<XText>())
            text.Value = Printable(text.Value);

        foreach (var attribute in root.DescendantsAndSelf().Attributes())
            attribute.Value = Printable(attribute.Value);

        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Control characters and halves of surrogate pairs are not allowed in a page.</summary>
    private static string Printable(string text)
    {
        if (text.All(c => XmlConvert.IsXmlChar(c)))
            return text;

        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            printable.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Rune.ReplacementChar : rune);

        return printable.ToString();
    }
}

/// <summary>Samples as pictures.</summary>
public static class PngImage
{
    /// <param name="pixels">Planes of a square image, [channels, size, size].</param>
    /// <param name="channels">1 (grey) or 3 (red, green, blue).</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int channels, int size)
    {
        if (channels is not (1 or 3) || pixels.Length != channels * size * size)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes are no image of {channels} × {size} × {size}; 1 and 3 channels are possible.", nameof(pixels));
        }

        var plane = size * size;
        var (green, blue) = channels == 1 ? (0, 0) : (plane, 2 * plane);
        var colours = new byte[plane * 4];
        for (var i = 0; i < plane; i++)
        {
            colours[4 * i] = pixels[i];
            colours[(4 * i) + 1] = pixels[i + green];
            colours[(4 * i) + 2] = pixels[i + blue];
            colours[(4 * i) + 3] = byte.MaxValue;
        }

        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(colours, 0, bitmap.GetPixels(), colours.Length);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
