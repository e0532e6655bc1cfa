using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Ingestion;
using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Places;

public class LakeOptionsTests
{
    private const string Azure = "AccountName=lake;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net";
    private const string Emulator = "AccountName=devstoreaccount1;AccountKey=c2VjcmV0;BlobEndpoint=http://azurite:10000/devstoreaccount1";

    [Theory]
    [InlineData("https://lake.blob.core.windows.net/files", null, null)]
    [InlineData("https://lake.blob.core.windows.net/files", Azure, null)]
    [InlineData("https://lake.blob.core.windows.net/files/of/birds", Azure, null)]
    [InlineData("http://azurite:10000/devstoreaccount1/files", Emulator, null)]
    [InlineData("https://lake.blob.core.windows.net/files", null, "/mnt/files")]
    [InlineData("s3://bucket", null, "/mnt/bucket")]
    [InlineData("lake://name", null, "/mnt/name")]
    public void What_can_be_a_location_is_taken(string url, string? connection, string? folder) => Assert.Equal(url, Read(url, connection, folder).Locations[0].Url);

    [Theory]
    [InlineData("", null, null, "Lake:Locations:0:Url is ''; it must be https://")]
    [InlineData("/mnt/files", null, null, "Lake:Locations:0:Url is '/mnt/files'")]
    [InlineData("ftp://host/files", null, "/mnt", "Lake:Locations:0:Url is 'ftp://host/files'")]
    [InlineData("https://lake.blob.core.windows.net/files/", null, null, "without '/' at the end")]
    [InlineData("https://lake.blob.core.windows.net/files?sig=1", null, null, "Lake:Locations:0:Url is")]
    [InlineData("lake://a/../b", null, "/mnt", "Lake:Locations:0:Url is")]
    [InlineData("https://lake.blob.core.windows.net", null, null, "which names no container")]
    [InlineData("https://other.blob.core.windows.net/files", Azure, null, "no container of the connection string's account")]
    [InlineData("https://lake.blob.core.windows.net/files", "nonsense", null, "Lake:Locations:0:ConnectionString is none")]
    [InlineData("https://lake.blob.core.windows.net/files", Azure, "/mnt/files", "has a Folder and a ConnectionString")]
    [InlineData("http://lake/account/files", null, null, "Lake:Locations:0:ConnectionString is missing")]
    [InlineData("s3://bucket", null, null, "Lake:Locations:0:Folder is missing for 's3://bucket'")]
    [InlineData("s3://bucket", Azure, null, "Lake:Locations:0:Folder is missing for 's3://bucket'")]
    public void What_cannot_is_refused_by_its_setting(string url, string? connection, string? folder, string message)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(url, connection, folder));

        Assert.Contains(message, Assert.Single(error.Failures));
        Assert.DoesNotContain("c2VjcmV0", error.Message);
    }

    private static LakeOptions Read(string url, string? connection, string? folder)
    {
        var settings = new Dictionary<string, string?> { ["Lake:Locations:0:Url"] = url };
        if (connection is not null)
        {
            settings["Lake:Locations:0:ConnectionString"] = connection;
        }

        if (folder is not null)
        {
            settings["Lake:Locations:0:Folder"] = folder;
        }

        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddIngestion()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<LakeOptions>>().Value;
    }
}
