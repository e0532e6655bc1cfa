using Microsoft.Extensions.Configuration;

namespace Pipeline.Hosting.Services;

/// <summary>Asks the service of this container whether it is ready: images without a shell have nothing else to ask with.</summary>
internal static class HealthProbe
{
    public const string Argument = "--health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>The exit code: 0 for ready.</returns>
    public static async Task<int> AskAsync(IConfiguration configuration)
    {
        var options = configuration.GetSection("Http").Get<HttpOptions>() ?? new HttpOptions();
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://localhost:{options.Port}/health/ready"));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"The service does not answer on port {options.Port}: {error.Message}");
            return 1;
        }
    }
}
