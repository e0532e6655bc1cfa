using Azure.Storage.Blobs;
using Pipeline.Tests.Servers;
using Xunit;

namespace Pipeline.Tests.Integration.Servers;

/// <summary>What the other tests build on: a blob server that can be killed.</summary>
public sealed class AzuriteServerTests
{
    [Fact]
    public async Task A_blob_outlives_the_kill_and_the_stop_of_its_server()
    {
        await using var server = await AzuriteServer.StartAsync();
        var container = new BlobContainerClient(server.ConnectionString, "kept");
        await container.CreateAsync();
        var blob = container.GetBlobClient("folder/blob");
        await blob.UploadAsync(BinaryData.FromString("kept"));

        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.Equal("kept", (await blob.DownloadContentAsync()).Value.Content.ToString());

        await blob.UploadAsync(BinaryData.FromString("changed"), overwrite: true);
        await server.StopAsync();
        await server.StartAgainAsync();
        Assert.Equal("changed", (await blob.DownloadContentAsync()).Value.Content.ToString());
    }
}
