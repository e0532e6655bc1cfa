using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Experiments;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Experiments;

public sealed class ExperimentArtifactTests
{
    [Theory]
    [InlineData("image", "pretext: [rotation, flip]\nencoder: resnet18\ninput: { size: 12 }")]
    [InlineData("text", "tokenizer: { given: here, length: 64 }\nencoder: { size: small, layout: bert }\ninput: { lowerCase: true }")]
    [InlineData("dna", "input: { window: 6000 }\nmasking: { unit: token }")]
    [InlineData("protein", "evaluation: { metric: macro-f1 }")]
    public async Task An_experiment_is_read_from_the_store_as_it_was_checked(string modality, string said)
    {
        using var folder = new TemporaryFolder();
        var store = new FolderArtifactStore(folder.Path);
        var experiment = ExperimentFile.Parse($"name: tiny\ndata: tiny\nmodality: {modality}\n{said}\nfineTuning: {{ labels: [6] }}", "tiny.yaml");

        var reference = await ExperimentArtifact.PutAsync(store, experiment);

        Assert.Equal(ExperimentArtifact.KeyOf(experiment), reference.Key);
        Assert.Equal(reference.Key, ExperimentArtifact.KeyOf(await store.ReadManifestAsync<Experiment>(reference)));
    }

    [Fact]
    public void Another_experiment_has_another_key()
    {
        var experiment = Experiment.Default(Modalities.Image) with { Name = "tiny" };

        Assert.NotEqual(ExperimentArtifact.KeyOf(experiment), ExperimentArtifact.KeyOf(experiment with { Pretraining = new PretrainingSpec { Seed = 2 } }));
    }
}
