using System.Xml.Linq;
using Pipeline.Learning.Pretexts;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the encoder takes for alike, and what the same network does with random weights.</summary>
internal static class NeighbourSection
{
    public static XElement? Render(ReportPageContent content) => content.Neighbours is not { Rows.Count: > 0 } found ? null :
        Section("neighbours", "What is near",
            Tag("p", $"Samples of the validation split, and the {found.Rows[0].Pretrained.Count} training samples nearest to each by the "
                + $"features of the encoder (readout {found.Readout}), among {Count(found.Pool)}. A line below marks those of the "
                + "same class. The encoder saw no label."),
            Tag("div", Class("neighbours"), found.Rows.Select(Row)));

    private static XElement Row(NeighbourRow row) => Tag("figure",
        Tag("div", Class("asked"), Tag("h3", "validation"), Tag("ul", Item(row.Sample, same: false))),
        Near("pretrained", row, row.Pretrained),
        Near("random weights", row, row.Random));

    private static XElement Near(string encoder, NeighbourRow row, IReadOnlyList<ExhibitItem> items) => Tag("div",
        Tag("h3", $"{encoder}: {items.Count(item => item.Answer == row.Sample.Answer)} of {items.Count} of the same class"),
        Tag("ul", items.Select(item => Item(item, item.Answer == row.Sample.Answer))));

    private static XElement Item(ExhibitItem item, bool same) => Tag("li",
        same ? Class("same") : null,
        item.Image is { } image
            ? Tag("img", Set("src", "data:image/png;base64," + Convert.ToBase64String(PngImage.Encode(image.Pixels, image.Channels,
                image.Size))), Set("alt", item.Answer ?? ""))
            : Tag("q", item.Token),
        Tag("span", item.Answer));
}
