using System.Net;
using Pipeline.Tests.Servers;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

public sealed class BrokerOutageTests(SharedServers servers)
{
    [Fact]
    public async Task A_service_waits_for_a_broker_that_is_not_there_says_so_and_goes_on_when_it_comes()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await RunningFleet.OpenAsync(broker, await servers.AzuriteAsync());
        await broker.KillAsync();

        var ready = fleet.Fleet.StartAsync("PseudoLabels");
        var service = fleet.Fleet.Processes.Single();
        using var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{service.Port}") };
        await RunningFleet.SeeAsync("an answer that it lives", async () => await StatusAsync(client, "/health/live") == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/health/ready"));
        await RunningFleet.SeeAsync("a line that says what it waits for", () => Task.FromResult(
            fleet.Log("PseudoLabels").Any(line => line.GetProperty("@mt").GetString()!.StartsWith("Waiting for RabbitMQ at", StringComparison.Ordinal))));

        await broker.StartAgainAsync();
        await ready;
        Assert.False(service.HasExited);
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
