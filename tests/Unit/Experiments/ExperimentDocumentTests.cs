using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Pipeline.Experiments;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Pretexts;
using Xunit;

namespace Pipeline.Tests.Unit.Experiments;

/// <summary>docs/experiment.md and the reader say the same.</summary>
public sealed partial class ExperimentDocumentTests
{
    private static readonly string Document = File.ReadAllText(PathOfDocument());

    private static readonly IReadOnlyList<(string Key, string Default)> Rows =
        [.. Row().Matches(Document).Select(row => (row.Groups[1].Value, row.Groups[2].Value.Trim('`')))];

    /// <summary>With PIPELINE_WRITE_DOCS=1 in the environment the tables are written instead.</summary>
    [Fact]
    public void The_tables_are_those_of_the_declared_keys()
    {
        string[] tables = [ExperimentTable.Of(key => key.IsOf(Modalities.Image)), ExperimentTable.Of(key => !key.IsOf(Modalities.Image))];
        var number = 0;
        var expected = Table().Replace(Document, _ => tables[number++]);
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(PathOfDocument(), expected);
            return;
        }

        Assert.Equal(expected, Document);
    }

    [Fact]
    public void The_names_of_pretext_tasks_and_encoders_are_those_that_there_are()
    {
        Assert.Equal(PretextList.All.Select(pretext => pretext.Name).Append(Experiment.AutoPretext).Order(), Names("pretext"));
        Assert.Equal(EncoderArchitectures.Names.Order(), Names("encoder.name"));

        static IEnumerable<string> Names(string path) =>
            ExperimentKeys.All.Single(key => key.Path == path).Key.Values.SelectMany(value => value.Names).Distinct().Order();
    }

    [Fact]
    public void The_example_of_text_is_valid_and_says_every_default()
    {
        var defaults = ExperimentFile.Parse("name: headlines\nmodality: text\ndata: headlines\nfineTuning: { labels: [60, 100, 600] }",
            "least");

        Assert.Equal(ExperimentFileTests.Json(defaults).ToJsonString(),
            ExperimentFileTests.Json(ExperimentFile.Parse(Example(1), "example"))
            .ToJsonString());
    }

    [Fact]
    public void The_example_is_valid_and_says_every_default()
    {
        var example = Example();
        var experiment = ExperimentFile.Parse(example, "example");

        var defaults = new Experiment
        {
            Name = "fashion",
            Data = "fashion",
            Pretext = ["rotation-flip"],
            FineTuning = new FineTuningSpec { Labels = [60, 100, 600] }
        };
        Assert.Equal(ExperimentFileTests.Json(defaults).ToJsonString(), ExperimentFileTests.Json(experiment).ToJsonString());
    }

    [Fact]
    public void The_defaults_of_the_table_are_the_defaults()
    {
        const string Sections = "name: a\ndata: a\npretext: contrastive\nencoder: { name: vit, vit: {} }\n"
            + "pretraining: { contrastive: {} }\nfineTuning: { labels: [1] }";
        var defaults = new[] { Example(), Example(1), Sections }.Select(example => ExperimentFileTests.Json(ExperimentFile.Parse(example, "example")))
            .ToList();
        var inWords = ExperimentKeys.All.Where(key => key.Key.Declared.Default is not null).Select(key => key.Path).ToHashSet();
        var rows = Rows.Where(row => row.Default is not ("required" or "none") && !inWords.Contains(row.Key)).ToList();
        Assert.True(rows.Count > 50);
        foreach (var (key, otherwise) in rows)
        {
            var value = defaults.Select(json => ExperimentFileTests.At(json, key)).FirstOrDefault(found => found is not null);
            // Of what images have no use for, the default is left out where experiments are written: their keys stay what they were.
            Assert.Equal($"{key} {otherwise.Replace(" ", "")}", $"{key} {value?.ToJsonString().Replace("\"", "") ?? "false"}");
        }
    }

    [Fact]
    public void The_whole_number_ranges_of_the_table_are_those_of_the_reader()
    {
        var ranges =
            from key in ExperimentKeys.All
            where key.Path is not ("fineTuning.labels" or "pretraining.seeds")
            from value in key.Key.Values
            let range = WholeRange().Match(value.MustBe)
            where range.Success
            select (key.Path, Modality: Modalities.All.First(name => key.Key.IsOf(name) && value.For.Split(' ').Contains(name)),
                range.Groups);
        Assert.True(ranges.Count() > 15);
        foreach (var (key, modality, range) in ranges)
        {
            var (low, high) = (decimal.Parse(range[1].Value), decimal.Parse(range[2].Value));
            Assert.Null(Refusal(key, modality, low));
            Assert.Null(Refusal(key, modality, high));
            Assert.Contains($"'{key}'", Refusal(key, modality, low - 1));
            Assert.Contains($"'{key}'", Refusal(key, modality, high + 1));
        }
    }

    private static string? Refusal(string key, string modality, decimal value)
    {
        var path = key.Split('.');
        var fineTuning = path[0] == "fineTuning";
        var sections = string.Concat(path[..^1].Select(section => section switch
        {
            "fineTuning" => $"fineTuning: {{ labels: [1], {(modality == Modalities.Image ? "batchNorm: kept, " : "")}",
            "vit" => "name: vit, vit: { ",
            _ => $"{section}: {{ ",
        }));
        var yaml = $"""
            name: a
            data: a
            modality: {modality}
            {(modality == Modalities.Image ? $"pretext: {(path.Contains("contrastive") ? "contrastive" : "flip")}" : "")}
            {(fineTuning ? "" : "fineTuning: { labels: [2] }")}
            {sections}{path[^1]}: {value}{string.Concat(path[1..].Select(_ => " }"))}
            """;
        try
        {
            ExperimentFile.Parse(yaml, "a.yaml");
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

    [GeneratedRegex(@"^\| `([^`]+)` \|[^|]*\| ([^|]*) \| [^|]* \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^a whole number from (\d+) to (\d+)$")]
    private static partial Regex WholeRange();

    [GeneratedRegex(@"(^\|.*\n)+", RegexOptions.Multiline)]
    private static partial Regex Table();

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();
}
