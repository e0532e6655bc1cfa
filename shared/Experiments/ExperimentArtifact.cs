using System.Text.Json;
using Pipeline.Artifacts;

namespace Pipeline.Experiments;

/// <summary>The checked experiment in the store, named by its content: the same one, however written, gives the same reference.</summary>
public static class ExperimentArtifact
{
    /// <summary>Where all experiments lie.</summary>
    public const string Folder = "experiments";

    private const int DigestDigits = 12;

    /// <summary>Where the experiment lies once a run of it was asked for.</summary>
    public static string KeyOf(Experiment experiment)
    {
        var digest = Digest.Of(JsonSerializer.SerializeToUtf8Bytes(experiment, PipelineJson.Compact));
        return $"{Folder}/{experiment.Name}-{digest[Digest.Prefix.Length..][..DigestDigits]}.json";
    }

    public static async Task<ArtifactReference> PutAsync(
        IArtifactStore store, Experiment experiment, CancellationToken cancellation = default) =>
        (await store.CreateManifestAsync(KeyOf(experiment), experiment, cancellation)).Reference;
}
