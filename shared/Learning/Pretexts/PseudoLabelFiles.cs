namespace Pipeline.Learning.Pretexts;

/// <summary>Which pseudo-label shards belong to which sample shards.</summary>
internal static class PseudoLabelFiles
{
    /// <returns>The pseudo-labels of each sample shard, in their order.</returns>
    /// <exception cref="PipelineException">A sample shard has no pseudo-labels.</exception>
    public static IReadOnlyList<ArtifactReference> Of(PseudoLabelManifest manifest, IReadOnlyList<SampleShard> shards)
    {
        var files = manifest.Shards.ToDictionary(shard => shard.SampleShard, shard => shard.File);
        return [.. shards.Select(shard => files.TryGetValue(shard.File.Key, out var file)
            ? file
            : throw new PipelineException($"The pseudo-labels of '{manifest.Task}' hold none for the sample shard '{shard.File.Key}'."))];
    }
}
