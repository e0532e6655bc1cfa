using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting;

/// <summary>docs/experiment.md and the reader say the same.</summary>
public sealed partial class ExperimentDocumentTests
{
    private static readonly string Document = File.ReadAllText(PathOfDocument());

    private static readonly IReadOnlyList<(string Key, string Default, string Valid)> Rows =
        [.. Row().Matches(Document).Select(row => (row.Groups[1].Value, row.Groups[2].Value.Trim('`'), row.Groups[3].Value))];

    [Fact]
    public void The_table_has_every_key_once_and_no_other() =>
        Assert.Equal(ExperimentKeys.All.Order(), Rows.Select(row => row.Key).Order());

    [Fact]
    public void The_example_of_text_is_valid_and_says_every_default()
    {
        var defaults = ExperimentFile.Parse("name: headlines\nmodality: text\ndata: headlines\nfineTuning: { labels: [60, 100, 600] }", "least", ExperimentFileTests.Vocabulary);

        Assert.Equal(ExperimentFileTests.Json(defaults).ToJsonString(), ExperimentFileTests.Json(ExperimentFile.Parse(Example(1), "example", ExperimentFileTests.Vocabulary)).ToJsonString());
    }

    [Fact]
    public void The_example_is_valid_and_says_every_default()
    {
        var example = Example();
        var experiment = ExperimentFile.Parse(example, "example", ExperimentFileTests.Vocabulary);

        var defaults = new Experiment { Name = "fashion", Data = "fashion", Pretext = ["rotation-flip"], FineTuning = new FineTuningSpec { Labels = [60, 100, 600] } };
        Assert.Equal(ExperimentFileTests.Json(defaults).ToJsonString(), ExperimentFileTests.Json(experiment).ToJsonString());
    }

    [Fact]
    public void The_defaults_of_the_table_are_the_defaults()
    {
        var defaults = new[] { Example(), Example(1) }.Select(example => ExperimentFileTests.Keys(ExperimentFile.Parse(example, "example", ExperimentFileTests.Vocabulary))).ToList();
        var rows = Rows.Where(row => row.Default is not ("required" or "the encoder's own" or "by window" or "none") && row.Key != "encoder.size").ToList();
        Assert.True(rows.Count > 50);
        foreach (var (key, otherwise, _) in rows)
        {
            var value = ExperimentFileTests.At(defaults[0], key) ?? ExperimentFileTests.At(defaults[1], key);
            // Of what images have no use for, the default is left out where experiments are written: their keys stay what they were.
            Assert.Equal($"{key} {otherwise.Replace(" ", "")}", $"{key} {value?.ToJsonString().Replace("\"", "") ?? "false"}");
        }
    }

    [Fact]
    public void The_whole_number_ranges_of_the_table_are_those_of_the_reader()
    {
        var ranges = Rows.Select(row => (row.Key, Range: WholeRange().Match(row.Valid))).Where(row => row.Range.Success && row.Key != "fineTuning.labels").ToList();
        Assert.True(ranges.Count > 15);
        foreach (var (key, range) in ranges)
        {
            var (low, high) = (decimal.Parse(range.Groups[1].Value), decimal.Parse(range.Groups[2].Value));
            Assert.Null(Refusal(key, low));
            Assert.Null(Refusal(key, high));
            Assert.Contains($"'{key}'", Refusal(key, low - 1));
            Assert.Contains($"'{key}'", Refusal(key, high + 1));
        }
    }

    private static string? Refusal(string key, decimal value)
    {
        var path = key.Split('.');
        var ofText = key is "input.window" or "encoder.layers" or "encoder.heads" or "encoder.feedForward" || path[0] is "tokenizer" or "masking";
        var fineTuning = path[0] == "fineTuning";
        var sections = string.Concat(path[..^1].Select(section => section == "fineTuning" ? "fineTuning: { labels: [1], " : $"{section}: {{ "));
        var yaml = $"""
            name: a
            data: a
            {(ofText ? "modality: text" : "pretext: flip")}
            {(fineTuning ? "" : "fineTuning: { labels: [1] }")}
            {sections}{path[^1]}: {value}{string.Concat(path[1..].Select(_ => " }"))}
            """;
        try
        {
            ExperimentFile.Parse(yaml, "a.yaml", ExperimentFileTests.Vocabulary);
            return null;
        }
        catch (PipelineException error)
        {
            return error.Message;
        }
    }

    private static string Example(int number = 0) => ExampleBlock().Matches(Document)[number].Groups[1].Value;

    private static string PathOfDocument([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "experiment.md"));

    [GeneratedRegex(@"^\| `([^`]+)` \|[^|]*\| ([^|]*) \| ([^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^(\d+) to (\d+)$")]
    private static partial Regex WholeRange();

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();
}
