using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Charts;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting.Charts;

public class SvgChartTests
{
    [Fact]
    public void A_line_of_one_point_is_still_seen() =>
        Assert.Single(Draw(new Series("rotation", "task-0", [(10, 0.5)])).Descendants("circle"));

    [Fact]
    public void Names_beside_lines_that_end_together_do_not_overlap()
    {
        var chart = Draw(new("a", "a", [(1, 0), (2, 1)]), new("b", "b", [(1, 0), (2, 1)]), new("c", "c", [(1, 0), (2, 1)]));

        double[] heights = [.. chart.Elements("text").Where(text => text.Attribute("class")!.Value == "label")
            .Select(text => (double)text.Attribute("y")!).Order()];
        Assert.Equal(3, heights.Length);
        Assert.All(heights.Zip(heights.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 16));
    }

    [Fact]
    public void A_chart_without_values_is_drawn_empty() =>
        Assert.DoesNotContain("NaN", Draw(new Series("rotation", "task-0", [])).ToString(), StringComparison.Ordinal);

    private static XElement Draw(params Series[] series) =>
        new SvgChart("Accuracy by step", new Axis("step", Value), new Axis("accuracy", Value), series) { LabelLines = true }.Render();

    private static string Value(double value) => value.ToString("G");
}
