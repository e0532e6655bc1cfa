using Pipeline.Contracts;
using Pipeline.Hosting.Experiments;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Pretext;

namespace Pipeline.PseudoLabels;

/// <summary>The first stage that knows the pretext tasks and encoders: an experiment that names others ends here, before any of its work is done.</summary>
internal static class ExperimentNames
{
    public static ExperimentVocabulary Vocabulary { get; } = new(PretextTasks.Names, EncoderArchitectures.Names);

    /// <exception cref="PipelineException">A name is unknown.</exception>
    public static void Check(Experiment experiment) => ExperimentArtifact.FromJson(ExperimentArtifact.ToJson(experiment), Vocabulary);
}
