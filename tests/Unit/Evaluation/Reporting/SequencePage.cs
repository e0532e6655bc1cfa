using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Pretexts;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

/// <summary>A made-up run about text: masked tokens instead of views, judged by macro-F1.</summary>
internal static class SequencePage
{
    public static ReportPageContent Content(long truncated = 1_200, string word = "a", string metric = "macro-f1", long ambiguous = 0)
    {
        var images = new SampleRun { Name = "glosses", Classes = ["act", "animal", "artifact", "body", "plant"] }.Evaluated();
        var tokenizer = new TokenizerReference(new Dictionary<string, ArtifactReference>(), new TokenizerSpec(), LowerCase: true,
            Vocabulary: 8000, new SpecialTokens());
        var run = images with
        {
            Experiment = images.Experiment
            with
            {
                Modality = Modalities.Text,
                Pretext = [Experiment.MaskedToken],
                Evaluation = images.Experiment.Evaluation with { Metric = metric }
            },
            Dataset = images.Dataset
            with
            {
                Modality = Modalities.Text,
                Input = InputSpec.Sequence(500),
                Summary = images.Dataset.Summary
                with
                {
                    Rejected = new Dictionary<string, long> { ["sequence too long"] = 3 },
                    Documents = images.Dataset.Summary.Samples
                }
            },
            PreFlight = null,
            PseudoLabels = [images.PseudoLabels[0]
                with { Task = Experiment.MaskedToken, Classes = 8000, Tokenizer = tokenizer, Tokens = 901_000, Truncated = truncated,
                    Ambiguous = ambiguous }],
            Encoder = images.Encoder with
            {
                Encoder = new EncoderSpec("transformer", Transformer: new TransformerSpec()),
                Tokenizer = tokenizer,
                History = [.. images.Encoder.History.Select(point => point with
                {
                    HeldOut = point.HeldOut is { } measure
                    ? measure with { Accuracy = new Dictionary<string, double> { [Experiment.MaskedToken] = measure.Accuracy["rotation"] / 2 } } : null,
                })],
            },
            Trials = [.. images.Trials.Select(
                trial => trial with { Validation = new Dictionary<string, double> { ["accuracy"] = trial.ValidationAccuracy,
                    [metric] = trial.ValidationAccuracy } })],
        };
        return new()
        {
            Run = run,
            Assessment = ReportBuilder.Build(run),
            Exhibits =
            [
                new(Experiment.MaskedToken, "Which token?",
                [
                    new("samples-0001, row 0",
                        [Token("[MASK]", word), Token("small"), Token("perennial"), Token("herb", "shrub"), Token("of"),
                            Token("the", "the"), Token("genus"), Token("##es")]),
                    new("samples-0001, row 1",
                        [.. Enumerable.Range(0, 60).Select(i => i % 7 == 3 ? Token("[MASK]", $"answer{i}") : Token($"word{i}"))], true),
                ], []),
            ],
        };
    }

    private static ExhibitItem Token(string shown, string? answer = null) => new(null, shown, answer);
}
