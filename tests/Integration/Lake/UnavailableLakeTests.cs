using Pipeline.Lake.Places;
using Pipeline.Tests.Servers;
using Xunit;

namespace Pipeline.Tests.Integration.Lake;

/// <summary>Storage that does not answer is a fault that passes, never a file that cannot be used.</summary>
public sealed class UnavailableLakeTests
{
    [Fact]
    public async Task Storage_that_stops_fails_the_work_and_the_same_work_goes_on_when_it_is_back()
    {
        await using var azurite = await AzuriteServer.StartAsync();
        using var lake = await TestLake.CreateAsync(azurite, eagerFiles: 0);
        lake.DropPictures("a", 10, 0);
        lake.DropPictures("b", 10, 100);
        await lake.PutFolderAsync("birds");
        var store = lake.NewStore();
        var plan = await lake.PlanAsync($"{lake.Url}/birds", store);

        await azurite.StopAsync();
        await Assert.ThrowsAsync<LakeUnavailableException>(() => lake.ImportAsync(plan, 0, store));
        await Assert.ThrowsAsync<LakeUnavailableException>(() => lake.PlanAsync($"{lake.Url}/birds", lake.NewStore()));

        await azurite.StartAgainAsync();
        await lake.ImportAsync(plan, 0, store);
        Assert.Equal(plan.Key, (await lake.PlanAsync($"{lake.Url}/birds", lake.NewStore())).Key);
    }
}
