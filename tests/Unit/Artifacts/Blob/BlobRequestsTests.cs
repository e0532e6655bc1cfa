using System.Diagnostics.Metrics;
using Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Blob;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts.Blob;

public sealed class BlobRequestsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SteppedTime _time = new();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task The_defaults_ride_out_a_store_that_is_down_for_a_minute()
    {
        for (var time = 0; time < 100; time++)
        {
            var end = _time.GetUtcNow() + TimeSpan.FromMinutes(1);
            var requests = Open();
            await RunAsync(requests, () => _time.GetUtcNow() < end ? throw NoConnection() : true);
        }
    }

    [Fact]
    public async Task A_store_that_stays_away_is_named_with_the_key_and_no_secret()
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => RunAsync(Open(), () => throw NoConnection()));

        Assert.Equal("The store https://account.example/pipeline is not available for 'a/b': connection refused", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_passing_fault_is_tried_again(int status)
    {
        var tries = 0;
        await RunAsync(Open(), () => ++tries == 1 ? throw new RequestFailedException(status, "passing") : true);

        Assert.Equal(2, tries);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(412)]
    [InlineData(416)]
    public async Task An_answer_is_no_fault(int status)
    {
        var tries = 0;
        await Assert.ThrowsAsync<RequestFailedException>(() => RunAsync(Open(), () => ++tries > 0 ? throw new RequestFailedException(status, "answer") : true));

        Assert.Equal(1, tries);
    }

    [Theory]
    [InlineData(400, "InvalidHeaderValue", "refuses the request for 'a/b': 400 InvalidHeaderValue")]
    [InlineData(403, "AuthenticationFailed", "does not let this identity at 'a/b' (403 AuthenticationFailed)")]
    [InlineData(409, "ContainerBeingDeleted", "refuses the request for 'a/b': 409 ContainerBeingDeleted")]
    public async Task A_refusal_is_one_line_without_what_was_signed(int status, string code, string text)
    {
        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            RunAsync(Open(), () => throw new RequestFailedException(status, "signature=secret\nsecond line", code, null)));

        Assert.Contains(text, error.Message);
        Assert.DoesNotContain("secret", error.ToString());
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Who_cancels_waits_for_no_further_attempt()
    {
        using var cancellation = new CancellationTokenSource();
        var tries = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open().RunAsync<bool>("get", "a/b", async token =>
        {
            tries++;
            await cancellation.CancelAsync();
            token.ThrowIfCancellationRequested();
            return true;
        }, cancellation.Token));

        Assert.Equal(1, tries);
    }

    private static RequestFailedException NoConnection() => new(0, "outer", null, new IOException("connection refused\nat a place"));

    private static Task<bool> RunAsync(BlobRequests requests, Func<bool> request) =>
        requests.RunAsync("get", "a/b", _ => Task.FromResult(request()), TestContext.Current.CancellationToken);

    private BlobRequests Open() => new(
        "https://account.example/pipeline", new ResilienceOptions(), NullLoggerFactory.Instance, new ArtifactMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
}
