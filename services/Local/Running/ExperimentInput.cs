using Pipeline.Contracts;
using Pipeline.Hosting.Experiments;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Pretext;

namespace Pipeline.Local.Running;

/// <summary>An experiment's file, checked with every name that the stages know: in either shape a person hears of a mistake at once.</summary>
internal static class ExperimentInput
{
    /// <exception cref="PipelineException">The file cannot be read, or is not a valid experiment.</exception>
    public static Experiment Read(string path) =>
        ExperimentFile.Read(path, new ExperimentVocabulary(PretextTasks.Names, EncoderArchitectures.Names));
}
