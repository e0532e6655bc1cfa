using System.Xml.Linq;
using Pipeline.Evaluation.Reporting;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

public class SequencePageTests
{
    private static readonly ReportPageContent Content = SequencePage.Content();
    private static readonly XElement Root = XDocument.Parse(ReportPage.Render(Content)).Root!;

    [Theory]
    [InlineData("picture")]
    [InlineData("pixel")]
    [InlineData("image")]
    [InlineData("view")]
    public void Nothing_on_the_page_speaks_of_images(string word)
    {
        // The settings are the experiment's own, whatever it does not use among them.
        var spoken = Root.Descendants("main").Single().Elements().Where(part => part.Attribute("id")?.Value != "settings");

        Assert.DoesNotContain(spoken, part => part.Value.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Masked_tokens_stand_with_what_was_hidden()
    {
        var section = Root.Descendants("section").Single(section => section.Attribute("id")!.Value == "samples");

        Assert.Equal(
            [("[MASK]", "a", "hidden"), ("herb", "shrub", "hidden"), ("the", "the", "kept")],
            section.Descendants("figure").First().Descendants("ruby")
            .Select(token => (token.Nodes().OfType<XText>().First().Value, token.Element("rt")!.Value, token.Attribute("class")!.Value)));
        Assert.Contains("</ruby> <span>small</span> <span>perennial</span> <ruby", ReportPage.Render(Content), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_any_kind_stay_text()
    {
        var page = ReportPage.Render(SequencePage.Content(word: "<script>alert(1)</script>"));

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_metric_that_decides_is_named_in_the_first_sentence_and_all_stand_in_a_table()
    {
        var report = Content.Assessment.Report;

        Assert.Equal("macro-f1", report.Metric);
        Assert.Contains("macro-F1 against", Root.Descendants("h1").Single().Value, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<Arm>().Length * 3, report.Metrics.Count);
        Assert.All(report.ByLabelCount,
            result => Assert.Equal(result.Pretrained, report.Metrics.Single(arm => arm.Arm == Arm.Pretrained
                && arm.Labels == result.Labels).Values["macro-f1"], 10));
        var rows = Root.Descendants("section").Single(section => section.Attribute("id")!.Value == "metrics").Descendants("tbody").Single()
            .Elements("tr");
        Assert.Equal(report.Metrics.Select(arm => Figures.Percent(arm.Values["accuracy"])),
            rows.Select(row => row.Elements().ElementAt(2).Value));
    }

    [Theory]
    [InlineData(1_200, false)]
    [InlineData(6_000, true)]
    public void Samples_that_lost_their_end_are_warned_of_where_they_are_many(long truncated, bool warned)
    {
        var content = SequencePage.Content(truncated);

        Assert.Equal(warned, content.Assessment.Report.Warnings.Any(warning =>
            warning.Message.Contains("lost their end", StringComparison.Ordinal)));
        Assert.Contains("901\u202F000", ReportPage.Render(content), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_without_a_token_to_mask_are_told_as_such()
    {
        var content = SequencePage.Content(ambiguous: 100_000);

        Assert.Contains(content.Assessment.Report.Warnings,
            warning => warning.Message.Contains("of the samples were left out of masked-token because they have no token that could be "
            + "masked", StringComparison.Ordinal));
        Assert.DoesNotContain(content.Assessment.Report.Warnings, warning => warning.Message.Contains("view", StringComparison.Ordinal));
        var data = XDocument.Parse(ReportPage.Render(content)).Descendants("section")
            .Single(section => section.Attribute("id")!.Value == "data").Value;
        Assert.Contains("Samples without a token to mask (left out of pretraining only)100\u202F000", data, StringComparison.Ordinal);
        Assert.Contains("Duplicates: same text as another sample", data, StringComparison.Ordinal);
        Assert.DoesNotContain(Content.Assessment.Report.Warnings,
            warning => warning.Message.Contains("left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Speed_is_told_in_tokens() =>
        Assert.Contains(" tokens a second", Root.Descendants("section").Single(section => section.Attribute("id")!.Value == "cost").Value,
            StringComparison.Ordinal);
}
