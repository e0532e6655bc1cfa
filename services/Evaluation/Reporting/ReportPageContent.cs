using Pipeline.Contracts;

namespace Pipeline.Evaluation.Reporting;

/// <summary>Everything that report.html shows.</summary>
public sealed record ReportPageContent
{
    public required EvaluatedRun Run { get; init; }

    /// <summary>What <see cref="ReportBuilder"/> made of the run.</summary>
    public required Assessment Assessment { get; init; }

    /// <summary>One for each pretext task; none leaves the pictures out.</summary>
    public IReadOnlyList<SampleGallery> Galleries { get; init; } = [];

    /// <summary>Of sequences, a few as masked-token prediction sees them; none leaves them out.</summary>
    public IReadOnlyList<MaskedSample> Masked { get; init; } = [];

    /// <summary>What the report came from, in the order of the flow.</summary>
    public IReadOnlyList<(string What, ArtifactReference Artifact)> Provenance { get; init; } = [];
}

/// <summary>Samples as a pretext task sees them.</summary>
/// <param name="Labelled">Samples with their pseudo-labelled views.</param>
/// <param name="Ambiguous">Samples left out, with the views that look alike.</param>
public sealed record SampleGallery(string Task, IReadOnlyList<SampleRow> Labelled, IReadOnlyList<SampleRow> Ambiguous);

/// <param name="Caption">Such as where the file came from.</param>
public sealed record SampleRow(string Caption, IReadOnlyList<SampleView> Views);

/// <param name="Png">See <see cref="PngImage"/>.</param>
/// <param name="Caption">The pseudo-label in words.</param>
public sealed record SampleView(byte[] Png, string Caption);

/// <summary>A sequence as masked-token prediction sees it.</summary>
/// <param name="Caption">Where it lies.</param>
/// <param name="More">Whether it goes on.</param>
public sealed record MaskedSample(string Caption, IReadOnlyList<MaskedToken> Tokens, bool More);

/// <param name="Shown">As a person would read it.</param>
/// <param name="Target">What is to be predicted; null where nothing is.</param>
public sealed record MaskedToken(string Shown, string? Target);
