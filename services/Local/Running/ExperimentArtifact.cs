using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.Local.Running;

/// <summary>The experiment in the store, named by its content: the same file, however formatted, gives the same reference.</summary>
internal static class ExperimentArtifact
{
    private const int DigestDigits = 12;

    public static async Task<ArtifactReference> PutAsync(IArtifactStore store, Experiment experiment)
    {
        var digest = Digest.Of(JsonSerializer.SerializeToUtf8Bytes(experiment, PipelineJson.Compact));
        var key = $"experiments/{experiment.Name}-{digest[Digest.Prefix.Length..][..DigestDigits]}.json";
        return (await store.CreateManifestAsync(key, experiment)).Reference;
    }
}
