using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the encoder was shown and asked, of sequences.</summary>
internal static class MaskedSection
{
    public static XElement? Render(ReportPageContent content) => content.Masked.Count == 0 ? null :
        Section("samples", "What the encoder was asked",
            Tag("p", "Each frame is a token that the encoder had to name: what it was shown, and below it the answer. Most are hidden, some are another token, some stay as they are. "
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
