using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Blob;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Stores;
using Pipeline.Hosting.Settings;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts;

public sealed class StoreOptionsTests : IDisposable
{
    private const string Secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    private const string Connection =
        $"DefaultEndpointsProtocol=https;AccountName=account;AccountKey={Secret};EndpointSuffix=core.windows.net";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_blob_storage_the_store_is_a_folder() =>
        Assert.Equal(_folder["store"], Assert.IsType<FolderArtifactStore>(Open()).Root);

    [Fact]
    public void A_connection_string_chooses_blob_storage() =>
        Assert.Equal("https://account.blob.core.windows.net/pipeline",
            Assert.IsType<BlobArtifactStore>(Open(("Store:Blob:ConnectionString", Connection))).Address);

    [Fact]
    public void A_service_and_an_identity_choose_blob_storage() => Assert.Equal(
        "https://account.blob.core.windows.net/artifacts",
        Assert.IsType<BlobArtifactStore>(
            Open(("Store:Blob:ServiceUri", "https://account.blob.core.windows.net"), ("Store:Blob:Container", "artifacts"))).Address);

    [Theory]
    [InlineData("Folder", "", "Folder")]
    [InlineData("Blob:Container", "No", "Container")]
    [InlineData("Blob:Container", "a--b", "Container")]
    [InlineData("Blob:Container", "ab", "Container")]
    [InlineData("Blob:ServiceUri", "http://account.blob.core.windows.net", "ServiceUri")]
    [InlineData("Blob:ServiceUri", "https://account.blob.core.windows.net?sig=" + Secret, "ServiceUri")]
    [InlineData("Blob:ServiceUri", "account", "ServiceUri")]
    [InlineData("Blob:ConnectionString", "AccountKey=" + Secret, "ConnectionString")]
    [InlineData("Blob:ConnectionString", Secret, "ConnectionString")]
    [InlineData("Cache:Folder", "", "Folder")]
    [InlineData("Cache:Bytes", "1000", "Bytes")]
    [InlineData("Cache:Kept", "2", "Kept")]
    [InlineData("Cache:Grace", "-00:00:01", "Grace")]
    [InlineData("Transfer:BlockBytes", "1", "BlockBytes")]
    [InlineData("Transfer:Parallel", "0", "Parallel")]
    [InlineData("Transfer:ListPage", "5001", "ListPage")]
    [InlineData("Resilience:Attempts", "1", "Attempts")]
    [InlineData("Resilience:BaseDelay", "00:00:00", "BaseDelay")]
    [InlineData("Resilience:MaxDelay", "01:00:00", "MaxDelay")]
    [InlineData("Resilience:AttemptTimeout", "00:00:00", "AttemptTimeout")]
    [InlineData("Resilience:BreakerFailureRatio", "0", "BreakerFailureRatio")]
    [InlineData("Resilience:BreakerMinimumThroughput", "1", "BreakerMinimumThroughput")]
    [InlineData("Resilience:BreakerSampling", "00:00:00", "BreakerSampling")]
    [InlineData("Resilience:BreakDuration", "00:00:00", "BreakDuration")]
    [InlineData("Resilience:CheckTimeout", "00:00:00", "CheckTimeout")]
    public void What_cannot_work_is_refused_and_named_without_a_secret(string setting, string value, string named)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Open(($"Store:{setting}", value)));

        Assert.Contains(named, Assert.Single(error.Failures));
        Assert.DoesNotContain(Secret, error.ToString());
    }

    [Fact]
    public void Two_ways_to_one_store_are_one_too_many()
    {
        var error = Assert.Throws<OptionsValidationException>(() =>
            Open(("Store:Blob:ConnectionString", Connection), ("Store:Blob:ServiceUri", "https://account.blob.core.windows.net")));

        Assert.Contains("only one must be set", error.Message);
        Assert.DoesNotContain(Secret, error.ToString());
    }

    [Theory]
    [InlineData("Cache:Bytes", "1000", "The setting Store:Cache:Bytes is '1000': The field Bytes must be between 1048576 and ")]
    [InlineData("Folder", "", "The setting Store:Folder is '': The Folder field is required.")]
    [InlineData("Blob:ConnectionString", Secret, "The setting Store:Blob: The ConnectionString must be one of Azure Storage: ")]
    [InlineData("Blob:ServiceUri", "https://account.blob.core.windows.net?sig=" + Secret,
        "The setting Store:Blob: The ServiceUri must be https://")]
    public void One_line_tells_the_setting_and_its_value_unless_it_may_be_secret(string setting, string value, string line)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Open(($"Store:{setting}", value)));

        var told = SettingsFailure.Of(error, Configuration(($"Store:{setting}", value)))!.Message;
        Assert.StartsWith(line, told);
        Assert.DoesNotContain(Secret, told);
    }

    [Theory]
    [InlineData("Store:Foldr")]
    [InlineData("Store:Blob:Contaner")]
    [InlineData("Store:Resilience:Attempt")]
    public void A_setting_that_does_not_exist_is_refused(string setting) =>
        Assert.Contains(setting[(setting.LastIndexOf(':') + 1)..],
            Assert.ThrowsAny<InvalidOperationException>(() => Open((setting, "1"))).Message);

    private IArtifactStore Open(params (string Setting, string Value)[] settings)
    {
        var services = new ServiceCollection().AddLogging().AddMetrics().AddArtifactStore()
            .AddSingleton<IConfiguration>(Configuration(settings));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IArtifactStore>();
    }

    private IConfigurationRoot Configuration(params (string Setting, string Value)[] settings)
    {
        var values = new Dictionary<string, string?> { ["Store:Folder"] = _folder["store"], ["Store:Cache:Folder"] = _folder["cache"] };
        foreach (var (setting, value) in settings)
            values[setting] = value;

        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }
}
