using Pipeline.Contracts;

namespace Pipeline.Ingestion.Findings;

/// <summary>A sentence for each finding: what was found, where, and what to do about it.</summary>
internal static class FindingMessages
{
    public static Warning Of(Finding finding) => new(finding.Code, finding.Count, Sentence(finding));

    private static string Sentence(Finding finding)
    {
        var (_, count, subject, detail) = finding;
        var such = detail.Length == 0 ? "" : $": {detail}";
        return finding.Code switch
        {
            WarningCode.NarrowRange => $"{(count == 1 ? "1 image has" : $"{count} images have")} 16 bits a value, all in the lowest quarter of that range, and will be dark and flat at 8 bits; the first is '{detail}'. Stretch the values to 0 to 65535 before the files are dropped.",
            WarningCode.UnlabelledFolder => $"{count} samples in '{subject}' have no label, as the folder is called after unlabelled ones. If it is a class, name it in labels.classes.",
            WarningCode.SplitsNotUsed => $"The names of {count} files, or of folders around them, speak of splits that are not used{such}.",
            WarningCode.LinksNotFollowed => $"Symbolic links are not followed, and there are {count}{such}. Copy the files, or mount their folder.",
            WarningCode.CutArchive => $"'{subject}' is cut short, damaged or beyond the limits; about {count} of its samples are lost{such}.",
            WarningCode.LabelType => $"The {subject} says no labels for {count} rows{such}; valid are text, numbers and truth values.",
            WarningCode.LabelColumnNotUsed => $"The column '{subject}' looks like labels and is not used, in {count} rows{such}.",
            WarningCode.TableNotUsed => $"'{subject}' is not used{such}.",
            _ => $"{count} {subject}{such}",
        };
    }
}
