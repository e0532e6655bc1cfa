using System.Diagnostics;

namespace Pipeline.Tests.Servers.Running;

/// <summary>Asks until the answer is yes.</summary>
internal static class Readiness
{
    /// <summary>Ample for a loaded machine; what takes longer is broken.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="what">For the error: "RabbitMQ is not ready".</param>
    /// <exception cref="InvalidOperationException">The server ended, or patience did.</exception>
    public static async Task WaitAsync(string what, IServerInstance server, Func<Task<bool>> asked)
    {
        var waited = Stopwatch.StartNew();
        while (!await asked())
        {
            if (await server.LastWordsAsync() is { } words)
                throw new InvalidOperationException($"{what}: it has ended. Its last words:\n{words}");

            if (waited.Elapsed > Patience)
                throw new InvalidOperationException($"{what} after {Patience.TotalMinutes} minutes.");

            await Task.Delay(Pause);
        }
    }

    /// <summary>Whether the request is answered at all, and the answer is one that counts.</summary>
    public static async Task<bool> AnswersAsync(this HttpClient client, string path, Func<HttpResponseMessage, bool> counts)
    {
        try
        {
            using var response = await client.GetAsync(path);
            return counts(response);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
