using Pipeline.Contracts;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Experiments;

public sealed class ExperimentArtifactTests
{
    [Fact]
    public void An_experiment_that_travels_in_a_message_keeps_its_key()
    {
        var experiment = ExperimentFile.Parse("name: tiny\ndata: tiny\ninput: { size: 12 }\npretext: [rotation, flip]\nfineTuning: { labels: [6] }", "tiny.yaml", ExperimentVocabulary.Open);

        var arrived = ExperimentArtifact.FromJson(ExperimentArtifact.ToJson(experiment), ExperimentVocabulary.Open);

        Assert.Equal(ExperimentArtifact.KeyOf(experiment), ExperimentArtifact.KeyOf(arrived));
        Assert.NotEqual(ExperimentArtifact.KeyOf(experiment), ExperimentArtifact.KeyOf(experiment with { Pretraining = new PretrainingSpec { Seed = 2 } }));
    }
}
