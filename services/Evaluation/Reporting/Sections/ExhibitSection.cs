using System.Xml.Linq;
using Pipeline.Learning.Pretexts;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the encoder was shown and asked.</summary>
internal static class ExhibitSection
{
    public static XElement? Render(ReportPageContent content) => content.Exhibits.Count == 0 ? null :
        Section("samples", "What the encoder was asked", content.Exhibits.SelectMany(Exhibit));

    private static IEnumerable<XElement> Exhibit(Exhibit exhibit)
    {
        yield return Tag("h3", exhibit.Task);
        yield return Tag("p", $"{exhibit.Question} Nobody labelled anything for this.");
        yield return Rows(exhibit.Rows);
        if (exhibit.LeftOut.Count > 0)
        {
            yield return Tag("h3", $"Left out of {exhibit.Task}");
            yield return Tag("p", "Two views of these are nearly the same picture, so the question has no fair answer.");
            yield return Rows(exhibit.LeftOut);
        }
    }

    private static XElement Rows(IReadOnlyList<ExhibitRow> rows) => rows.Any(row => row.Items.Any(item => item.Image is not null))
        ? Tag("div", Class("samples"), rows.Select(Pictures))
        : Tag("div", rows.Select(Tokens));

    private static XElement Pictures(ExhibitRow row) => Tag("figure", Class("sample"),
        Tag("figcaption", row.Caption),
        Tag("ul", row.Items.Select(item => Tag("li",
            Tag("img", Set("src", "data:image/png;base64," + Convert.ToBase64String(Png(item.Image!))),
                Set("alt", $"{row.Caption}, {item.Answer}")),
            Tag("span", item.Answer)))));

    private static byte[] Png(ExhibitImage image) => PngImage.Encode(image.Pixels, image.Channels, image.Size);

    private static XElement Tokens(ExhibitRow row) => Tag("figure", Class("masked"),
        Tag("figcaption", row.Caption),
        Tag("p", row.Items.SelectMany(Token), row.More ? "…" : null));

    private static IEnumerable<object> Token(ExhibitItem item)
    {
        yield return item.Answer is null
            ? Tag("span", item.Token)
            : Tag("ruby", Class(item.Token == item.Answer ? "kept" : "hidden"), item.Token, Tag("rt", item.Answer));
        yield return " ";
    }
}
