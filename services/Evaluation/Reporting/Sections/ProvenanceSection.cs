using System.Xml.Linq;
using static Pipeline.Evaluation.Reporting.Figures;
using static Pipeline.Evaluation.Reporting.Markup;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>What the report came from, to the byte, and where it was made.</summary>
internal static class ProvenanceSection
{
    public static XElement Render(ReportPageContent content)
    {
        var report = content.Assessment.Report;
        return Section("provenance", "Provenance",
            Tag("p", "Every artifact is named by what made it and checked by its SHA-256."),
            Table("Artifacts that this report came from", ["Artifact", "Key and digest", "Size"],
                content.Provenance.Select(source => new object?[]
                {
                    source.What,
                    Tag("code", source.Artifact.Key, Tag("br"), source.Artifact.Digest),
                    Bytes(source.Artifact.Bytes),
                }),
                numbersFrom: 2),
            Table("Where it was made", ["", ""],
            [
                ["Run", Tag("code", report.RunId)],
                ["Encoder", Tag("code", report.EncoderDigest)],
                ["Device", report.Environment.Device],
                ["Threads", Count(report.Environment.Threads)],
                ["libtorch", report.Environment.Torch],
            ],
            numbersFrom: 2));
    }
}
