using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Pretexts;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

public partial class ReportPageTests
{
    private static readonly ReportPageContent Content = SamplePage.Content(new SampleRun());
    private static readonly string Page = ReportPage.Render(Content);
    private static readonly XElement Root = XDocument.Parse(Page).Root!;

    [Fact]
    public void The_page_begins_with_the_verdict_and_its_figures()
    {
        var heading = Assert.Single(Root.Descendants("h1"));

        Assert.Matches(
            @"^Pretraining helps at 60 labels: \d\d\.\d % against \d\d\.\d % from scratch, \+\d+\.\d points, 95 % interval \+\d+\.\d to \+\d+\.\d; it saves \d\.\d× the labels\.$",
            heading.Value.Replace('\u202F', ' '));
    }

    [Fact]
    public void Scores_by_pretraining_seed_show_where_there_are_several()
    {
        var page = XDocument.Parse(ReportPage.Render(SamplePage.Content(new SampleRun { PretrainingSeeds = [3, 1, 2] })));
        static IEnumerable<string> Heads(XElement root) => root.Descendants("th").Select(head => head.Value);

        Assert.Contains("Pretraining seed", Heads(page.Root!));
        Assert.DoesNotContain("Pretraining seed", Heads(Root));
    }

    [Theory]
    [InlineData(-0.1, "Pretraining hurts at 60 labels: ")]
    [InlineData(0.0, "No evidence that pretraining helps at 60 labels: ")]
    public void No_gain_is_said_as_plainly(double gain, string start)
    {
        var page = ReportPage.Render(SamplePage.Content(new SampleRun { Gain = gain }));

        Assert.StartsWith(start, XDocument.Parse(page).Descendants("h1").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_come_in_the_order_in_which_questions_come() =>
        Assert.Equal(
            ["recommendation", "label-efficiency", "labels-saved", "pre-flight", "pretraining", "fine-tuning", "reach", "methods", "metrics", "confusion",
                "samples", "neighbours", "data", "cost", "warnings", "settings", "provenance"],
            Root.Descendants("section").Select(section => section.Attribute("id")!.Value));

    [Fact]
    public void Nothing_is_loaded_from_elsewhere()
    {
        string[] loading = ["src", "href", "srcset", "data", "action", "poster", "background"];

        Assert.DoesNotMatch(Address(), Page);
        Assert.DoesNotContain("@import", Page, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Root.Descendants("script"));
        Assert.Empty(Root.Descendants("link"));
        Assert.All(
            Root.Descendants().Attributes().Where(attribute => loading.Contains(attribute.Name.LocalName)),
            attribute => Assert.Matches("^(data:image/png;base64,|#)", attribute.Value));
    }

    [Fact]
    public void What_users_wrote_stays_text()
    {
        const string hostile = "<script>alert(\"1\")</script>&'";
        var content = SamplePage.Content(new SampleRun { Name = hostile, Classes = [hostile, "b"] });
        content = content with
        {
            Exhibits = [new(hostile, hostile, [new(hostile, [new(new ExhibitImage([1], 1, 1), null, hostile)])], [])],
            Provenance = [(hostile, new ArtifactReference(hostile, hostile, 1))],
            Assessment = content.Assessment
            with
            { Report = content.Assessment.Report with { Warnings = [new Warning(WarningCode.ClassOfOne, 1, hostile)] } },
        };

        var page = ReportPage.Render(content);

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains(XDocument.Parse(page).Descendants("th"), cell => cell.Value == hostile);
    }

    [Fact]
    public void Characters_that_no_page_may_hold_are_replaced()
    {
        var page = ReportPage.Render(SamplePage.Content(new SampleRun { Classes = ["bell\u0007", "half \ud83d", "whole 😀"] }));

        var cells = XDocument.Parse(page).Descendants("th").Select(cell => cell.Value).ToArray();
        Assert.Contains("bell\uFFFD", cells);
        Assert.Contains("half \uFFFD", cells);
        Assert.Contains("whole 😀", cells);
    }

    [Fact]
    public void Style_rules_hold_nothing_that_would_be_escaped() =>
        Assert.DoesNotContain('&',
            Page[Page.IndexOf("<style>", StringComparison.Ordinal)..Page.IndexOf("</style>", StringComparison.Ordinal)]);

    [Fact]
    public void Only_elements_without_content_close_themselves() =>
        Assert.DoesNotMatch(@"<(?!br|hr|img|meta)\w+[^>]*/>", Page);

    [Fact]
    public void Every_picture_has_words()
    {
        Assert.All(Root.Descendants("img"), image => Assert.NotEqual("", image.Attribute("alt")?.Value ?? ""));
        Assert.All(
            Root.Descendants("svg").Where(svg => svg.Attribute("aria-hidden") is null),
            svg => Assert.NotEqual("", svg.Element("title")?.Value ?? ""));
    }

    [Fact]
    public void The_table_holds_the_figures_of_the_report()
    {
        var rows = Root.Descendants("section").Single(section => section.Attribute("id")!.Value == "label-efficiency").Descendants("tbody").Single().Elements("tr").ToArray();

        Assert.Equal(3, rows.Length);
        Assert.Equal(
            Content.Assessment.Report.ByLabelCount.Select(result => Figures.Percent(result.Pretrained)),
            rows.Select(row => row.Elements().ElementAt(1).Value));
    }

    [Fact]
    public void What_the_labels_reached_is_told_by_arm_label_count_and_class()
    {
        var tables = Section(Root, "reach").Descendants("table").ToList();

        Assert.Equal(2, tables.Count);
        var rows = tables[0].Descendants("tbody").Single().Elements("tr")
            .Select(row => string.Join('|', row.Elements().Select(cell => cell.Value.Replace('\u202F', ' ')))).ToList();
        Assert.Equal("reached|100.0 %|100.0 %|100.0 %", rows[0]);
        Assert.Equal("T-shirt|6 → 5 430|10 → 5 430|60 → 5 430", rows[1]);
        Assert.Equal(11, rows.Count);
    }

    [Fact]
    public void Neighbours_of_the_same_class_are_marked_and_counted()
    {
        var rows = Section(Root, "neighbours").Descendants("figure").ToList();

        Assert.Equal(2, rows.Count);
        Assert.Equal(["validation", "pretrained: 2 of 3 of the same class", "random weights: 1 of 3 of the same class"],
            rows[0].Descendants("h3").Select(heading => heading.Value));
        Assert.Equal(3, rows[0].Descendants("li").Count(item => item.Attribute("class")?.Value == "same"));
    }

    [Fact]
    public void Sequences_that_are_near_are_shown_as_text()
    {
        var item = new ExhibitItem(null, "ACGT <b>", "a");
        var content = Content with { Neighbours = new(9, "mean", [new(item, [item], [item with { Answer = "b" }])]) };

        var near = Section(XDocument.Parse(ReportPage.Render(content)).Root!, "neighbours");

        Assert.Equal(["ACGT <b>", "ACGT <b>", "ACGT <b>"], near.Descendants("q").Select(text => text.Value));
        Assert.Empty(near.Descendants("img"));
    }

    [Fact]
    public void Many_classes_are_listed_by_their_worst_confusions()
    {
        var page = ReportPage.Render(SamplePage.Content(new SampleRun
        {
            Classes = [.. Enumerable.Range(0, 50)
            .Select(i => $"class {i}")]
        }));

        Assert.Contains("The most frequent confusions", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_are_counted_below_the_verdict_and_listed_with_their_codes()
    {
        var root = Warned(new Warning(WarningCode.ClassOfOne, 1, "One."), new Warning(WarningCode.UnmatchedRows, 80, "Eighty."));

        var link = root.Descendants("header").Single().Descendants("a").Single();
        Assert.Equal(("#warnings", "2 warnings: read them before you trust this"), (link.Attribute("href")!.Value, link.Value));
        Assert.Equal(["class-of-one One.", "unmatched-rows Eighty."], Section(root, "warnings").Descendants("li")
            .Select(item => item.Value));
        Assert.DoesNotContain(Warned().Descendants("a"), anchor => anchor.Attribute("href")!.Value == "#warnings");
    }

    [Fact]
    public void The_data_section_has_the_classes_by_split_and_what_was_not_used()
    {
        var data = Section(Warned(new Warning(WarningCode.ClassOfOne, 1, "One."), new Warning(WarningCode.UnmatchedRows, 80, "Eighty.")),
            "data");

        var rows = data.Descendants("tr").Select(row => string.Join('|', row.Elements().Select(cell => cell.Value.Replace('\u202F', ' '))))
            .ToList();
        Assert.Contains("Ankle boot|5 390|599|998", rows);
        Assert.Contains("without a label|0", rows);
        Assert.Contains("Found and not used: unmatched-rows|80", rows);
        Assert.DoesNotContain(rows, row => row.Contains("class-of-one", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_very_many_classes_the_table_shows_the_largest()
    {
        var root = XDocument.Parse(ReportPage.Render(SamplePage.Content(
            new SampleRun { Classes = [.. Enumerable.Range(0, 80).Select(i => $"class {i}")] }))).Root!;

        Assert.Contains("the largest 50 of 80", Section(root, "data").Value, StringComparison.Ordinal);
    }

    private static XElement Section(XElement root, string id) =>
        root.Descendants("section").Single(section => section.Attribute("id")!.Value == id);

    private static XElement Warned(params Warning[] warnings) => XDocument.Parse(ReportPage.Render(
        Content with { Assessment = Content.Assessment with { Report = Content.Assessment.Report with { Warnings = warnings } } })).Root!;

    [Fact]
    public void One_label_count_and_no_pictures_make_a_page_too()
    {
        var content = SamplePage.Content(new SampleRun { Labels = [60] }) with { Exhibits = [] };

        var root = XDocument.Parse(ReportPage.Render(content)).Root!;

        Assert.DoesNotContain(root.Descendants("section"), section => section.Attribute("id")!.Value == "samples");
        Assert.DoesNotContain("NaN", root.Value, StringComparison.Ordinal);
    }

    [GeneratedRegex("https?:|[\"'(]//|url\\(", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
