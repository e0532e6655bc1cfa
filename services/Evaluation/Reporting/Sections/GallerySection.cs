using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the encoder was shown and asked.</summary>
internal static class GallerySection
{
    public static XElement? Render(ReportPageContent content) => content.Galleries.Count == 0 ? null :
        Section("samples", "What the encoder was asked",
            Tag("p", "Each view is shown to the encoder, which has to say what stands below it. Nobody labelled anything for this."),
            content.Galleries.Select(Gallery));

    private static IEnumerable<XElement> Gallery(SampleGallery gallery)
    {
        yield return Tag("h3", gallery.Task);
        yield return Tag("div", Class("samples"), gallery.Labelled.Select(Row));
        if (gallery.Ambiguous.Count > 0)
        {
            yield return Tag("h3", $"Left out of {gallery.Task}");
            yield return Tag("p", "Two views of these are nearly the same picture, so the question has no fair answer.");
            yield return Tag("div", Class("samples"), gallery.Ambiguous.Select(Row));
        }
    }

    private static XElement Row(SampleRow row) => Tag("figure", Class("sample"),
        Tag("figcaption", row.Caption),
        Tag("ul", row.Views.Select(view => Tag("li",
            Tag("img", Set("src", "data:image/png;base64," + Convert.ToBase64String(view.Png)),
                Set("alt", $"{row.Caption}, {view.Caption}")),
            Tag("span", view.Caption)))));
}

/// <summary>What the encoder was shown and asked, of sequences.</summary>
internal static class MaskedSection
{
    public static XElement? Render(ReportPageContent content) => content.Masked.Count == 0 ? null :
        Section("samples", "What the encoder was asked",
            Tag("p", "Each frame is a token that the encoder had to name: what it was shown, and below it the answer. Most are hidden, "
            + "some are another token, some stay as they are. "
                + "Nobody labelled anything for this."),
            content.Masked.Select(Sample));

    private static XElement Sample(MaskedSample sample) => Tag("figure", Class("masked"),
        Tag("figcaption", sample.Caption),
        Tag("p", sample.Tokens.SelectMany(Token), sample.More ? "…" : null));

    private static IEnumerable<object> Token(MaskedToken token)
    {
        yield return token.Target is null
            ? Tag("span", token.Shown)
            : Tag("ruby", Class(token.Shown == token.Target ? "kept" : "hidden"), token.Shown, Tag("rt", token.Target));
        yield return " ";
    }
}
