using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Something to know before trusting a verdict.</summary>
/// <param name="Count">How many samples, rows, files, classes or whatever the message speaks of; 1 where nothing is counted.</param>
/// <param name="Message">A sentence or two for a person: what was found, where, and what to do about it.</param>
public sealed record Warning(WarningCode Code, long Count, string Message)
{
    /// <summary>The code as docs/warnings.md and JSON write it.</summary>
    [JsonIgnore]
    public string Name => NameOf(Code);

    /// <summary>Code and message as a line of a terminal.</summary>
    [JsonIgnore]
    public string Line => $"warning {Name}: {Message}";

    /// <summary>Whether it tells of labels, splits or samples that lie there and were not used, or only in part.</summary>
    [JsonIgnore]
    public bool TellsOfUnused => Code is >= WarningCode.EmptyLabels and <= WarningCode.CutArchive or WarningCode.LinksNotFollowed;

    public static string NameOf(WarningCode code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());
}

/// <summary>The closed list of warnings, described in docs/warnings.md. Written in kebab case: <c>class-without-test</c>.</summary>
public enum WarningCode
{
    // About the data, found by Ingestion.

    ClassWithoutTraining,
    ClassWithoutTest,
    ClassOfOne,
    /// <summary>About as many classes as labelled samples: the labels may be numbers to predict, or names of the samples.</summary>
    LabelsNearlyUnique,
    /// <summary>Names of classes differ by case, blanks or punctuation alone.</summary>
    SimilarClasses,
    /// <summary>A class is called by a word that usually means a missing value, such as <c>nan</c> or <c>N/A</c>.</summary>
    MissingLabelWords,
    EmptyLabels,
    /// <summary>Rows of a table of labels name no file that is there.</summary>
    UnmatchedRows,
    UnreadableRows,
    /// <summary>A column of labels has a type that is not used.</summary>
    LabelType,
    LabelColumnNotUsed,
    TableNotUsed,
    /// <summary>A record in quotes spans lines that look like records themselves.</summary>
    RowsInQuotes,
    /// <summary>Labels of a table separated by tabs begin and end with a quote, which was taken as part of them.</summary>
    QuotesKept,
    /// <summary>A folder named <c>unlabelled</c>, <c>unsup</c> or <c>extra</c> lies beside class folders.</summary>
    UnlabelledFolder,
    SplitsNotUsed,
    /// <summary>An archive or table was cut short or damaged; what came before is used.</summary>
    CutArchive,
    /// <summary>Images of 16 bits use a small part of their range, and are dark or flat at 8 bits.</summary>
    NarrowRange,
    LinksNotFollowed,

    // About the comparison, found by Evaluation.

    /// <summary>The data's own splits part near-duplicates, and the experiment allows it.</summary>
    LeaksAllowed,
    /// <summary>Fewer label draws than an interval needs.</summary>
    FewDraws,
    /// <summary>The pretext task was solved without a gain: it is probably too easy.</summary>
    PretextSolved,
    PretextNotLearned,
    /// <summary>Many samples were left out of a pretext task.</summary>
    AmbiguousSamples,
    /// <summary>Many sequences lost their end.</summary>
    TruncatedSamples,
    /// <summary>Border pixels alone tell the views of a pretext task.</summary>
    BorderCue,
    /// <summary>The encoder says nearly the same of every sample.</summary>
    CollapsedFeatures,
    /// <summary>The baseline does as well as the pretrained network.</summary>
    BaselineAsGood,
    OneLearningRate,
    /// <summary>An arm chose the same end of the grid of learning rates at every label count.</summary>
    EndOfGrid,
    /// <summary>Labels that were spread do not reach all training samples.</summary>
    UnreachedSamples,
    /// <summary>Some classes have far more labelled training samples than others, or very few.</summary>
    UnbalancedLabels,
}
