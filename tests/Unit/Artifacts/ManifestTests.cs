using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts;

public sealed class ManifestTests : IDisposable
{
    private static readonly TrialsManifest Trials = new([new ArtifactReference("a/b", Digest.Of("b"u8), 1)]);

    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;

    public ManifestTests() => _store = new FolderArtifactStore(_folder["store"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_manifest_comes_back_as_it_went_in()
    {
        var put = await _store.CreateManifestAsync("m", Trials, Token);

        Assert.Equal(Trials.Results, (await _store.ReadManifestAsync<TrialsManifest>("m", Token)).Results);
        var found = await _store.FindManifestAsync<TrialsManifest>("m", Token);
        Assert.Equal(put.Reference, found!.Value.Reference);
        Assert.Equal(Trials.Results, found.Value.Content.Results);
    }

    [Fact]
    public async Task The_manifest_that_is_there_counts()
    {
        var first = await _store.CreateManifestAsync("m", Trials, Token);
        var second = await _store.CreateManifestAsync("m", new TrialsManifest([]), Token);

        Assert.False(second.Created);
        Assert.Equal(first.Reference, second.Reference);
    }

    [Fact]
    public async Task A_manifest_that_is_not_there_is_null_or_not_found()
    {
        Assert.Null(await _store.FindManifestAsync<TrialsManifest>("m", Token));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => _store.ReadManifestAsync<TrialsManifest>("m", Token));
    }

    [Fact]
    public async Task A_manifest_of_a_newer_version_is_refused_whatever_it_holds() =>
        Assert.Contains("newer version of the pipeline (format 3", await RefusalAsync("""{"kind":"trials","format":3,"content":{"other":1}}"""));

    [Fact]
    public async Task A_manifest_of_another_kind_is_refused() =>
        Assert.Equal("'m' holds the kind 'dataset'; it must hold 'trials'.", await RefusalAsync("""{"kind":"dataset","format":2,"content":{}}"""));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"kind":"trials","format":2}""")]
    [InlineData("""{"kind":"trials","format":2,"content":null}""")]
    [InlineData("""{"kind":"trials","format":2,"content":{"results":null}}""")]
    [InlineData("""{"kind":null,"format":2,"content":{"results":[]}}""")]
    public async Task What_is_no_manifest_is_refused(string json) =>
        Assert.Contains("'m' is not a readable manifest of the kind 'trials'", await RefusalAsync(json));

    [Fact]
    public async Task A_manifest_that_carries_the_name_of_its_former_type_is_read()
    {
        await File.WriteAllTextAsync(Path.Combine(_store.Root, "m"), """{"kind":"TrialsManifest","format":1,"content":{"results":[]}}""", Token);

        Assert.Empty((await _store.ReadManifestAsync<TrialsManifest>("m", Token)).Results);
    }

    private async Task<string> RefusalAsync(string json)
    {
        await File.WriteAllTextAsync(Path.Combine(_store.Root, "m"), json, Token);
        var message = (await Assert.ThrowsAsync<PipelineException>(() => _store.ReadManifestAsync<TrialsManifest>("m", Token))).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
