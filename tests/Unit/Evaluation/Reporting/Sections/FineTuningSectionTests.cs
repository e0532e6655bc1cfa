using Pipeline.Evaluation.Reporting.Sections;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation.Reporting.Sections;

public class FineTuningSectionTests
{
    [Fact]
    public void A_mean_curve_goes_through_the_mean_of_each_step() =>
        Assert.Equal([(1, 2), (2, 3)], FineTuningSection.MeanCurve([[1, 2], [3, 4]]));

    [Fact]
    public void Long_curves_are_averaged_over_stretches()
    {
        var curve = FineTuningSection.MeanCurve([[.. Enumerable.Range(1, 1000).Select(step => (double)step)]]);

        Assert.InRange(curve.Count, 60, 120);
        Assert.All(curve, at => Assert.Equal(at.X, at.Y, 9));
    }
}
