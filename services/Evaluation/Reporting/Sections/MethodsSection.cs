using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What each way of using the labels costs, beside what it gives.</summary>
internal static class MethodsSection
{
    public static XElement Render(ReportPageContent content)
    {
        var assessment = content.Assessment;
        var trials = content.Run.Trials.ToLookup(trial => trial.Trial.Arm);
        return Section("methods", "What each arm trains and costs",
            Table(
                $"Trained parameters and mean seconds of a trial, and mean test {MetricWords.Of(assessment.Report.Metric)} at each label count",
                ["Arm", "Trained parameters", "Seconds a trial", .. assessment.Report.ByLabelCount.Select(result => $"{Count(result.Labels)} labels")],
                assessment.Arms.GroupBy(result => result.Arm).Select(arm => new object?[]
                {
                    Name(arm.Key), Count(trials[arm.Key].Max(trial => trial.Parameters)), Number(trials[arm.Key].Average(trial => trial.Seconds)),
                }.Concat(arm.Select(result => Percent(result.Score))))));
    }
}
