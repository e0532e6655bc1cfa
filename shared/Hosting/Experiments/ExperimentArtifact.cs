using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Experiments;

/// <summary>The experiment in the store, named by its content: the same one, however written, gives the same reference.</summary>
public static class ExperimentArtifact
{
    /// <summary>Where all experiments lie.</summary>
    public const string Folder = "experiments";

    private const int DigestDigits = 12;

    private static readonly JsonSerializerOptions WithoutNulls = new(PipelineJson.Compact) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Where the experiment lies once a run of it was asked for.</summary>
    public static string KeyOf(Experiment experiment)
    {
        var digest = Digest.Of(JsonSerializer.SerializeToUtf8Bytes(experiment, PipelineJson.Compact));
        return $"{Folder}/{experiment.Name}-{digest[Digest.Prefix.Length..][..DigestDigits]}.json";
    }

    public static async Task<ArtifactReference> PutAsync(IArtifactStore store, Experiment experiment, CancellationToken cancellation = default) =>
        (await store.CreateManifestAsync(KeyOf(experiment), experiment, cancellation)).Reference;

    /// <summary>As messages hold it.</summary>
    public static JsonElement ToJson(Experiment experiment) => JsonSerializer.SerializeToElement(experiment, WithoutNulls);

    /// <summary>Checks an experiment that came in a message like one from a file.</summary>
    /// <exception cref="PipelineException">It is not valid.</exception>
    public static Experiment FromJson(JsonElement json, ExperimentVocabulary vocabulary) =>
        ExperimentFile.Parse(json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText(), "experiment", vocabulary);
}
