using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

/// <summary>
/// A store as one stage sees it: says which artifacts the stage opened, and shows the stages before fine-tuning sample shards without their
/// tensor <c>label</c>, so that reading it fails.
/// </summary>
internal sealed class WatchedStore(IArtifactStore store, string stage, string folder) : IArtifactStore
{
    private readonly ConcurrentDictionary<string, string> _opened = [];

    public string Stage => stage;

    public IEnumerable<string> Opened => _opened.Keys;

    /// <summary>Gives every class of a stage a store that is the stage's own.</summary>
    /// <param name="stages">Names of assemblies.</param>
    public static IReadOnlyList<WatchedStore> Watch(IServiceCollection services, IArtifactStore store, string folder, params string[] stages)
    {
        var watched = stages.Append("others").ToDictionary(stage => stage, stage => new WatchedStore(store, stage, folder));
        for (var i = 0; i < services.Count; i++)
        {
            var service = services[i];
            if (service.ServiceType == typeof(IArtifactStore))
                services[i] = ServiceDescriptor.Singleton<IArtifactStore>(watched["others"]);
            else if (service is { IsKeyedService: false, ImplementationType: { IsGenericTypeDefinition: false } type }
                && watched.TryGetValue(type.Assembly.GetName().Name!, out var own) && TakesStore(type))
                services[i] = ServiceDescriptor.Describe(
                    service.ServiceType, provider => ActivatorUtilities.CreateInstance(provider, type, own), service.Lifetime);
        }

        return [.. watched.Values];
    }

    public Task<string> MaterializeAsync(ArtifactReference reference, CancellationToken cancellation = default)
    {
        _opened[reference.Key] = "";
        var shown = store.MaterializeAsync(reference, cancellation);
        return stage is "Pipeline.PseudoLabels" or "Pipeline.Pretraining" && reference.Key.Contains("/shards/", StringComparison.Ordinal)
            ? UnlabelledAsync(shown)
            : shown;
    }

    public Task<Stream> OpenReadAsync(string key, CancellationToken cancellation = default)
    {
        _opened[key] = "";
        return store.OpenReadAsync(key, cancellation);
    }

    public Task<Stream> OpenRangeAsync(string key, long offset, long length, CancellationToken cancellation = default)
    {
        _opened[key] = "";
        return store.OpenRangeAsync(key, offset, length, cancellation);
    }

    public Task<PutResult> CreateAsync(string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default) =>
        store.CreateAsync(key, write, cancellation);

    public Task<string> ReplaceAsync(string key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation = default) =>
        store.ReplaceAsync(key, content, etag, cancellation);

    public Task<ArtifactInfo?> FindAsync(string key, CancellationToken cancellation = default) => store.FindAsync(key, cancellation);

    public IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, CancellationToken cancellation = default) =>
        store.ListAsync(prefix, cancellation);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellation = default) => store.DeleteAsync(key, cancellation);

    public Task CheckAsync(CancellationToken cancellation = default) => store.CheckAsync(cancellation);

    private static bool TakesStore(Type type) => type.GetConstructors()
        .Any(constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(IArtifactStore)));

    private async Task<string> UnlabelledAsync(Task<string> shard)
    {
        var bytes = await File.ReadAllBytesAsync(await shard);
        var name = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("\"label\""));
        Assert.True(name > 0, "A sample shard has no tensor 'label'.");
        Encoding.UTF8.GetBytes("\"taken\"").CopyTo(bytes, name);
        var copy = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{Guid.NewGuid():n}.safetensors");
        await File.WriteAllBytesAsync(copy, bytes);
        return copy;
    }
}
