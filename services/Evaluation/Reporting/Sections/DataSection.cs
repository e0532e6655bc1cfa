using Pipeline.Contracts;
using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the run had to work with, and what it could not use.</summary>
internal static class DataSection
{
    public static XElement Render(ReportPageContent content)
    {
        var data = content.Assessment.Report.Data;
        var words = SampleWords.Of(content.Run.Dataset.Modality);
        return Section("data", "Data",
            Tag("div", Class("pair"),
                Table($"Dataset {content.Run.Dataset.Dataset}", ["", "Samples"],
                [
                    ["Distinct usable samples", Count(data.Samples)],
                    ["with a label", Count(data.Labelled)],
                    ["without a label", Count(data.Unlabelled)],
                    ["for training", Count(data.Train)],
                    ["for validation", Count(data.Validation)],
                    ["for the test", Count(data.Test)],
                    [$"in {Count(data.Groups)} groups of nearly the same {words.Alike}", Count(data.NearDuplicates)],
                    ["in the largest of them", Count(data.LargestGroup)],
                    [$"Pairs of nearly the same {words.Alike} in training and in validation or test", Count(data.Leaks)],
                ]),
                Table("Left out", ["", "Number"],
                [
                    [$"Duplicates: same {words.Content} as another {words.Source}", Count(data.Duplicates)],
                    .. data.Rejected.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal)
                        .Select(reason => new object?[] { $"Rejected: {reason.Key}", Count(reason.Value) }),
                    .. content.Assessment.Report.Warnings.Where(warning => warning.TellsOfUnused)
                        .Select(warning => new object?[] { new object[] { "Found and not used: ",
                            Tag("a", Set("href", $"#{WarningsSection.Id}"), warning.Name) }, Count(warning.Count) }),
                    .. content.Run.PseudoLabels.Where(task => task.Tokenizer is null)
                    .Select(task => new object?[] { $"Ambiguous in {task.Task} (left out of pretraining only)", Count(task.Ambiguous) }),
                ]),
                content.Run.PseudoLabels.FirstOrDefault(task => task.Tokenizer is not null) is { } tokens
                ? Tokens(content.Run, tokens) : null),
            ClassTable.Render(data));
    }

    private static XElement Tokens(EvaluatedRun run, PseudoLabelManifest labels) =>
        Table($"Tokens: {labels.Tokenizer!.Spec.Kind}", ["", ""],
        [
            ["Modality", run.Dataset.Modality],
            ["Vocabulary", Count(labels.Tokenizer.Vocabulary)],
            ["Tokens of all samples", Count(labels.Tokens)],
            ["Most tokens of a sample, start and end included", Count(labels.Tokenizer.Spec.Length)],
            ["Samples without a token to mask (left out of pretraining only)", Count(labels.Ambiguous)],
            ["Samples that were longer and lost their end",
                $"{Count(labels.Truncated)} ({Percent(labels.Truncated / (double)Math.Max(1, labels.Samples + labels.Ambiguous))})"],
        ]);
}

/// <summary>Labelled samples of each class, by split: a class without training or test samples shows.</summary>
internal static class ClassTable
{
    /// <summary>report.json has all of them.</summary>
    private const int Most = 50;

    /// <returns>Null where there are no classes.</returns>
    public static XElement? Render(DataSummary data)
    {
        if (data.Classes is not { Count: > 0 } classes)
            return null;

        var shown = classes.Count <= Most ? classes : classes.OrderByDescending(found => found.All)
            .ThenBy(found => found.Name, StringComparer.Ordinal).Take(Most);
        return Table(
            classes.Count <= Most
            ? "Labelled samples by class" : $"Labelled samples by class: the largest {Most} of {Count(classes.Count)}; report.json has all",
            ["Class", "Training", "Validation", "Test"],
            shown.Select(found => new object?[] { found.Name, Count(found.Train), Count(found.Validation), Count(found.Test) }));
    }
}
