using System.Xml.Linq;
using Pipeline.Evaluation.Reporting.Sections;
using Pipeline.Learning.Pretexts;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting;

/// <summary>report.html: one file that needs nothing else, on screen or paper, in the light or in the dark.</summary>
public static class ReportPage
{
    private static readonly string Styles = ReadStyles();

    /// <returns>The page. The same content gives the same text.</returns>
    public static string Render(ReportPageContent content) => "<!DOCTYPE html>\n" + Serialize(
        Tag("html", Set("lang", "en"),
            Tag("head",
                Tag("meta", Set("charset", "utf-8")),
                Tag("meta", Set("name", "viewport"), Set("content", "width=device-width, initial-scale=1")),
                Tag("meta", Set("name", "color-scheme"), Set("content", "light dark")),
                Tag("meta", Set("http-equiv", "Content-Security-Policy"),
                    Set("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'")),
                Tag("title", $"{content.Assessment.Report.Experiment}: did pretraining help?"),
                Tag("style", Styles)),
            Tag("body", Tag("main", Parts(content)))));

    private static IEnumerable<XElement?> Parts(ReportPageContent content) =>
    [
        VerdictSection.Render(content),
        RecommendationSection.Render(content),
        LabelEfficiencySection.Render(content),
        LabelsSavedSection.Render(content),
        PreFlightSection.Render(content),
        PretrainingSection.Render(content),
        FineTuningSection.Render(content),
        ReachSection.Render(content),
        MethodsSection.Render(content),
        MetricsSection.Render(content),
        ConfusionSection.Render(content),
        ExhibitSection.Render(content),
        NeighbourSection.Render(content),
        DataSection.Render(content),
        CostSection.Render(content),
        WarningsSection.Render(content),
        SettingsSection.Render(content),
        ProvenanceSection.Render(content),
    ];

    private static string ReadStyles()
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!);
        return reader.ReadToEnd();
    }
}

/// <summary>Everything that report.html shows.</summary>
public sealed record ReportPageContent
{
    public required EvaluatedRun Run { get; init; }

    /// <summary>What <see cref="ReportBuilder"/> made of the run.</summary>
    public required Assessment Assessment { get; init; }

    /// <summary>What the encoder was shown and asked, one for each pretext task; none leaves it out.</summary>
    public IReadOnlyList<Exhibit> Exhibits { get; init; } = [];

    /// <summary>Validation samples and what is near them; null leaves it out.</summary>
    public NeighbourExhibit? Neighbours { get; init; }

    /// <summary>What the report came from, in the order of the flow.</summary>
    public IReadOnlyList<(string What, ArtifactReference Artifact)> Provenance { get; init; } = [];
}
