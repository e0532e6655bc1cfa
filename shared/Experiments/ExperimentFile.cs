using System.Text.Json;
using Pipeline.Artifacts;

namespace Pipeline.Experiments;

/// <summary>Reads and checks an experiment where it enters, from YAML or JSON. The first mistake is told in one line.</summary>
public static class ExperimentFile
{
    /// <exception cref="PipelineException">The file cannot be read, or is not a valid experiment.</exception>
    public static Experiment Read(string path) => Parse(ReadText(path), path);

    public static string ReadText(string path)
    {
        try
        {
            return SpecialFile.Of(path) is { } kind
                ? throw new PipelineException($"The experiment {path} is {kind}; it must be a file.")
                : File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The experiment {path} cannot be read: {error.Message}", error);
        }
    }

    /// <param name="name">Of the file, for errors.</param>
    /// <exception cref="PipelineException">It is not a valid experiment.</exception>
    public static Experiment Parse(string yaml, string name) => ExperimentBinder.Bind(YamlReader.Read(yaml, name));

    /// <summary>Reads the experiment of a message: an object with the keys of the file, or the file's text.</summary>
    /// <exception cref="PipelineException">It is not a valid experiment.</exception>
    public static Experiment Parse(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? Parse(json.GetString()!, "experiment")
        : ExperimentBinder.Bind(Written.Of(json, "experiment"));
}
