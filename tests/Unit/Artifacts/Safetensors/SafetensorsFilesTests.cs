using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts.Safetensors;

public sealed class SafetensorsFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_more_files_than_the_limit_are_open_whatever_the_order_of_reading()
    {
        var (store, references) = await WriteAsync(20);
        using var files = new SafetensorsFiles(store, references, limit: 3);
        var random = new Random(1);

        for (var i = 0; i < 200; i++)
        {
            var number = random.Next(20);
            Assert.Equal(number, files[number].Read<int>("number")[0]);
            Assert.InRange(files.Open, 1, 3);
        }
    }

    [Fact]
    public async Task The_file_whose_last_use_is_longest_ago_makes_room()
    {
        var (store, references) = await WriteAsync(4);
        using var files = new SafetensorsFiles(store, references, limit: 3);
        var (first, second) = (files[0], files[1]);
        Assert.Same(first, files[0]);

        (_, _, _) = (files[2], files[0], files[3]);

        Assert.Same(first, files[0]);
        Assert.Throws<ObjectDisposedException>(() => second.Read<int>("number").Length);
        Assert.Equal(1, files[1].Read<int>("number")[0]);
    }

    [Fact]
    public async Task A_file_is_fetched_when_it_is_first_read()
    {
        var (store, references) = await WriteAsync(3);
        await store.DeleteAsync(references[1].Key, Token);
        using var files = new SafetensorsFiles(store, references);

        Assert.Equal((0, 2), (files[0].Read<int>("number")[0], files[2].Read<int>("number")[0]));
        Assert.Throws<ArtifactNotFoundException>(() => files[1]);
    }

    private async Task<(FolderArtifactStore Store, IReadOnlyList<ArtifactReference> References)> WriteAsync(int count)
    {
        var store = new FolderArtifactStore(_folder["store"]);
        var references = new List<ArtifactReference>();
        for (var number = 0; number < count; number++)
        {
            SafetensorsTensor[] tensors = [SafetensorsTensor.Of<int>("number", [number], 1)];
            var put = await store.CreateAsync(
                $"{number}.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token), Token);
            references.Add(put.Reference);
        }

        return (store, references);
    }
}
