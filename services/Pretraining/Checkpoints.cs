using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Pretraining;

/// <summary>Checkpoints of one run, named by their step. The newest and the one before it stay.</summary>
public sealed class Checkpoints(IArtifactStore store, string prefix)
{
    private const string DiaryKey = "pipeline.diary";

    /// <summary>The newest; null before the first. To be disposed by the caller.</summary>
    public async Task<SafetensorsFile?> OpenNewestAsync(CancellationToken cancellation)
    {
        ArtifactInfo? newest = null;
        await foreach (var checkpoint in store.ListAsync(prefix, cancellation))
            newest = checkpoint;
        if (newest is null)
            return null;

        await using var stream = await store.OpenReadAsync(newest.Key, cancellation);
        var reference = new ArtifactReference(newest.Key, await Digest.OfAsync(stream, cancellation), newest.Bytes);
        return SafetensorsFile.Open(await store.MaterializeAsync(reference, cancellation));
    }

    public static TrainingDiary DiaryOf(SafetensorsFile checkpoint) =>
        JsonSerializer.Deserialize<TrainingDiary>(checkpoint.Metadata[DiaryKey], PipelineJson.Compact)!;

    public async Task WriteAsync(long step, IReadOnlyList<SafetensorsTensor> tensors, TrainingDiary diary)
    {
        var metadata = new Dictionary<string, string> { [DiaryKey] = JsonSerializer.Serialize(diary, PipelineJson.Compact) };
        var written = await store.CreateAsync(
            $"{prefix}/{step:d12}.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token),
            CancellationToken.None);

        var older = new List<string>();
        await foreach (var checkpoint in store.ListAsync(prefix))
        {
            if (string.CompareOrdinal(checkpoint.Key, written.Reference.Key) < 0)
                older.Add(checkpoint.Key);
        }

        foreach (var key in older.SkipLast(1))
            await store.DeleteAsync(key);
    }
}
