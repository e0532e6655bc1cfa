using System.Diagnostics;

namespace Pipeline.Lake.Findings;

/// <summary>What was found, where, and what to do about it: a sentence or two on one line, whatever the data's names hold.</summary>
public static class FindingMessages
{
    public static Warning Of(Finding finding) => new(finding.Code, finding.Count, DataNames.OneLine(Sentence(finding)));

    private static string Sentence(Finding finding)
    {
        var (_, count, subject, detail) = finding;
        var such = detail.Length == 0 ? "" : $": {detail}";
        var where = subject.Length == 0 ? "The data" : subject;
        return finding.Code switch
        {
            WarningCode.ClassWithoutTraining =>
                $"{Of(count, "class has", "classes have")} labelled samples but none in the training split: {subject}. No model can learn "
                    + "them, so every test sample of them counts as wrong. Add labelled training samples, or name the classes to keep with "
                    + "'labels: { classes: [...] }'.",
            WarningCode.ClassWithoutTest =>
                $"{Of(count, "class has", "classes have")} labelled samples but none in the test split: {subject}. The verdict says "
                    + $"nothing about them. {detail}".TrimEnd(),
            WarningCode.ClassOfOne =>
                $"{Of(count, "class has", "classes have")} one labelled sample only: {subject}. It lies in one split, so the class cannot "
                    + "be both learned and tested. Add labelled samples, or correct the label if it is a slip.",
            WarningCode.LabelsNearlyUnique =>
                $"{Of(count, "class", "classes")} for {detail} labelled samples, such as {subject}: labels that are numbers to predict, "
                    + "or names of the samples, are no classes. Group them into classes, or name the column that holds the classes with "
                    + "'labels: { column: NAME }'.",
            WarningCode.SimilarClasses =>
                $"{Of(count, "class differs", "classes differ")} from another by case, blanks, '_' or '-' alone, or are the same number: "
                    + $"{subject}. They count as different classes. Write them alike if they are the same.",
            WarningCode.MissingLabelWords =>
                $"{Of(count, "labelled sample is", "labelled samples are")} of a class whose name usually means that a label is missing: "
                    + $"{subject}. If it does, say so with 'labels: {{ missing: [{detail}] }}'; the samples are then used without a label.",
            WarningCode.EmptyLabels =>
                $"{where} leaves the label empty in {Of(count, "row", "rows")}{such}. Their samples are used without a label. If that is "
                    + "meant, 'labels: { missing: [\"\"] }' says so.",
            WarningCode.UnmatchedRows => $"{subject}: {detail}. Their labels are not used.",
            WarningCode.UnreadableRows =>
                $"{subject} has {Of(count, "row", "rows")} that cannot be read, or whose label cannot{such}. No label is taken from them.",
            WarningCode.LabelType =>
                $"The {subject} says no labels, in {Of(count, "row", "rows")}{such}. Labels must be text, numbers or truth values.",
            WarningCode.LabelColumnNotUsed => $"The column '{subject}' looks like labels and is not used{such}.",
            WarningCode.TableNotUsed when detail.Length == 0 =>
                $"{subject} lies beside the samples and is not used; if it holds the labels, say labels: {{ table: NAME }}.",
            WarningCode.TableNotUsed => $"{subject} lies beside the samples and is not used{such}.",
            WarningCode.RowsInQuotes =>
                $"{where} has {Of(count, "record in quotes that spans lines", "records in quotes that span lines")} which look like "
                    + $"records themselves{such}. A quote that is never closed swallows what follows: write it twice, or quote the whole "
                    + "field.",
            WarningCode.QuotesKept =>
                $"{Of(count, "label", "labels")}{(subject.Length == 0 ? "" : $" of {subject}")} "
                    + $"{(count == 1 ? "begins and ends" : "begin and end")} with a quote, which is part of the label where tabs "
                    + $"separate{such}. Remove the quotes, or quote the header too.",
            WarningCode.UnlabelledFolder =>
                $"{Of(count, "sample", "samples")} of the folder '{subject}' {(count == 1 ? "is" : "are")} used without a label, as its "
                    + $"name says{such}. If it is a class, list it with the others in 'labels: {{ classes: [...] }}'.",
            WarningCode.SplitsNotUsed =>
                $"The names of {Of(count, "file", "files")}, or of folders around {(count == 1 ? "it" : "them")}, speak of splits that "
                    + $"are not used{such}.",
            WarningCode.CutArchive =>
                $"{subject} is cut short, damaged or beyond the limits, and about {Of(count, "sample is", "samples are")} lost{such}. "
                    + "What came before is used.",
            WarningCode.NarrowRange =>
                $"{Of(count, "image has", "images have")} 16 bits a value, all in the lowest quarter of that range, and will be dark and "
                    + $"flat at 8 bits; the first is '{detail}'. Stretch the values to 0 to 65535 before the files are dropped.",
            WarningCode.LinksNotFollowed =>
                $"{Of(count, "symbolic link is", "symbolic links are")} not followed{such}. Copy what they point to if it belongs to the "
                    + "data.",
            _ => throw new UnreachableException($"{finding.Code} is no finding about the data."),
        };
    }

    private static string Of(long count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
