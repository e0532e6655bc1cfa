using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Experiments;

/// <summary>The experiment in the store, named by its content: the same one, however written, gives the same reference.</summary>
public static class ExperimentArtifact
{
    private const int DigestDigits = 12;

    private static readonly JsonSerializerOptions WithoutNulls = new(PipelineJson.Compact) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static async Task<ArtifactReference> PutAsync(IArtifactStore store, Experiment experiment, CancellationToken cancellation = default)
    {
        var digest = Digest.Of(JsonSerializer.SerializeToUtf8Bytes(experiment, PipelineJson.Compact));
        var key = $"experiments/{experiment.Name}-{digest[Digest.Prefix.Length..][..DigestDigits]}.json";
        return (await store.CreateManifestAsync(key, experiment, cancellation)).Reference;
    }

    /// <summary>As messages hold it.</summary>
    public static JsonElement ToJson(Experiment experiment) => JsonSerializer.SerializeToElement(experiment, WithoutNulls);

    /// <summary>Checks an experiment that came in a message like one from a file.</summary>
    /// <exception cref="PipelineException">It is not valid.</exception>
    public static Experiment FromJson(JsonElement json, ExperimentVocabulary vocabulary) =>
        ExperimentFile.Parse(json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText(), "experiment", vocabulary);
}
