using System.Text.Json;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Experiments;

/// <summary>Experiments in messages.</summary>
public sealed class ExperimentJsonTests
{
    [Theory]
    [InlineData(
        "name: a\ndata: b\npretext: [rotation, flip]\nencoder: resnet18\nfineTuning: { labels: [6], arms: [lora, baseline] }\nsplit: { seed: 18446744073709551615 }",
        """
        { "name": "a", "data": "b", "pretext": ["rotation", "flip"], "encoder": "resnet18", "fineTuning": { "labels": [6], "arms": ["lora", "baseline"] },
          "split": { "seed": 18446744073709551615 } }
        """)]
    [InlineData(
        "name: a\ndata: b\nmodality: text\nencoder: { size: tiny, layout: bert }\ninput: { lowerCase: true }\nfineTuning: { labels: [6], learningRates: [1e-3] }",
        """
        { "name": "a", "data": "b", "modality": "text", "encoder": { "size": "tiny", "layout": "bert" }, "input": { "lowerCase": true },
          "fineTuning": { "labels": ["6"], "learningRates": [0.001] } }
        """)]
    [InlineData("name: a\ndata: b\npretext: auto\nfineTuning: { labels: [6] }", "\"name: a\\ndata: b\\npretext: auto\\nfineTuning: { labels: [6] }\"")]
    public void The_same_experiment_has_the_same_key_in_YAML_and_in_JSON(string yaml, string json) =>
        Assert.Equal(ExperimentArtifact.KeyOf(ExperimentFile.Parse(yaml, "a.yaml")), ExperimentArtifact.KeyOf(Parse(json)));

    [Theory]
    [InlineData("""{ "name": "a" }""", "experiment: 'data' is missing; must be 1 to 40 letters, digits, '-' and '_'.")]
    [InlineData("""{ "name": "a", "data": "b", "input": { "size": 7 } }""", "experiment: 'input.size' is 7; must be a whole number from 8 to 512.")]
    [InlineData("""{ "name": "a", "data": "b", "input": { "size": true } }""", "experiment: 'input.size' is 'true'; must be a whole number")]
    [InlineData("""{ "name": "a", "data": "b", "input": { "sice": 7 } }""", "experiment: 'input.sice' is not a key (did you mean 'size'?); must be one of size, channels,")]
    [InlineData("""{ "name": "a", "data": "b", "input": { "size": 9, "size": 9 } }""", "experiment: 'input.size' stands twice; must stand once.")]
    [InlineData("""{ "name": ["a"] }""", "experiment: 'name' is [a]; must be 1 to 40 letters")]
    [InlineData("[]", "experiment: 'the experiment' is an empty list; must be a mapping with the keys name,")]
    [InlineData("null", "experiment: 'the experiment' is 'null'; must be a mapping")]
    [InlineData("\"name: a\\nx: 1\"", "experiment, line 2: 'x' is not a key")]
    public void A_mistake_is_told_with_its_key_its_value_and_what_it_must_be(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<PipelineException>(() => Parse(json)).Message);

    private static Experiment Parse(string json) => ExperimentFile.Parse(JsonDocument.Parse(json).RootElement);
}
