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
            Tag("img", Set("src", "data:image/png;base64," + Convert.ToBase64String(view.Png)), Set("alt", $"{row.Caption}, {view.Caption}")),
            Tag("span", view.Caption)))));
}
