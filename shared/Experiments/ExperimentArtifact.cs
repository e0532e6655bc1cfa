using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.Experiments;

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

    /// <summary>As messages hold it: with the keys of an experiment file.</summary>
    public static JsonElement ToJson(Experiment experiment)
    {
        var json = JsonSerializer.SerializeToNode(experiment, WithoutNulls)!.AsObject();
        if (Modalities.IsSequence(experiment.Modality))
        {
            Remove(json, "pseudoLabels", "input.size", "input.channels", "pretraining.augmentation", "fineTuning.augmentation");
            Remove(json, experiment.Modality == Modalities.Text ? ["tokenizer.k"] : ["tokenizer.vocabulary", "input.lowerCase"]);
            Remove(json, experiment.Tokenizer?.Given is null ? [] : ["tokenizer.vocabulary"]);
        }
        else
        {
            Remove(json, "input.window", "input.lowerCase");
        }

        var encoder = json["encoder"]!.AsObject();
        if (encoder["transformer"] is JsonObject shape)
        {
            encoder.Remove("transformer");
            foreach (var (key, value) in shape)
            {
                encoder[key] = value!.DeepClone();
            }
        }

        return JsonSerializer.SerializeToElement(json);
    }

    /// <summary>Checks an experiment that came in a message like one from a file.</summary>
    /// <exception cref="PipelineException">It is not valid.</exception>
    public static Experiment FromJson(JsonElement json, ExperimentVocabulary vocabulary) =>
        ExperimentFile.Parse(json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText(), "experiment", vocabulary);

    // What the file does not have for the modality.
    private static void Remove(JsonObject json, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            var keys = path.Split('.');
            var section = keys.Length == 1 ? json : json[keys[0]] as JsonObject;
            section?.Remove(keys[^1]);
        }
    }
}
