using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Tests.Unit.Triggers.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Webhook;

public class WebhookTests
{
    private const string OldKey = "the-old-key-of-16+&%";
    private const string NewKey = "the-new-key-of-16";

    private static readonly (string, string) Anonymous = ("Webhook:AllowAnonymous", "true");
    private static readonly (string, string)[] Keys = [("Webhook:Keys:0", OldKey), ("Webhook:Keys:1", NewKey)];
    private static readonly (string, string)[] Entra =
        [("Webhook:Entra:Authority", RunningWebhook.Issuer), ("Webhook:Entra:Audience", RunningWebhook.Audience)];

    [Fact]
    public async Task Without_a_key_the_webhook_does_not_start()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningWebhook.StartAsync());

        Assert.Contains("Webhook:Keys", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_key_is_refused_and_not_shown()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningWebhook.StartAsync(("Webhook:Keys:0", "hunter2")));

        Assert.Contains("'Webhook:Keys:0' has 7 characters; it must have at least 16.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Event_Grid_gets_its_validation_code_back()
    {
        await using var webhook = await RunningWebhook.StartAsync(Keys);
        using var request =
            Post("""[{ "id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": { "validationCode": "512d38b6" } }]""");
        request.RequestUri = new Uri($"/webhook/drops?code={Uri.EscapeDataString(OldKey)}", UriKind.Relative);
        request.Headers.Add("aeg-event-type", "SubscriptionValidation");
        using var answer = await webhook.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"validationResponse":"512d38b6"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("{")]
    public async Task A_validation_without_a_code_is_refused(string body)
    {
        await using var webhook = await RunningWebhook.StartAsync(Anonymous);
        using var request = Post(body);
        request.Headers.Add("aeg-event-type", "SubscriptionValidation");

        Assert.Equal(HttpStatusCode.BadRequest, (await webhook.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task CloudEvents_may_be_sent_after_they_asked()
    {
        await using var webhook = await RunningWebhook.StartAsync(Keys);
        using var request = new HttpRequestMessage(HttpMethod.Options,
            "/webhook/drops")
        { Headers = { { "WebHook-Request-Origin", "eventgrid.azure.net" }, { "WebHook-Request-Rate", "120" } } };
        using var answer = await webhook.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["eventgrid.azure.net"], answer.Headers.GetValues("WebHook-Allowed-Origin"));
        Assert.Equal(["120"], answer.Headers.GetValues("WebHook-Allowed-Rate"));
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Either_key_opens_in_each_of_three_places_and_is_never_logged()
    {
        await using var webhook = await RunningWebhook.StartAsync(Keys);
        foreach (var key in new[] { OldKey, NewKey })
        {
            using var header = Post("[]");
            header.Headers.Add("x-webhook-key", key);
            using var authorization = Post("[]");
            authorization.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {key}");
            using var query = Post("[]");
            query.RequestUri = new Uri($"/webhook/drops?code={Uri.EscapeDataString(key)}&other=1", UriKind.Relative);
            foreach (var request in new[] { header, authorization, query })
            {
                using var answer = await webhook.Client.SendAsync(request);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode); // Let in; the broker is not there.
            }
        }

        Assert.Contains("other=1", webhook.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("the-old-key", webhook.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("the-new-key", webhook.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a-false-key-of-16")]
    [InlineData("")]
    public async Task No_key_or_a_false_one_is_refused(string? key)
    {
        await using var webhook = await RunningWebhook.StartAsync(Keys);
        using var request = Post("[]");
        request.RequestUri = new Uri("/webhook/drops" + (key is null ? "" : $"?code={key}"), UriKind.Relative);

        Assert.Equal(HttpStatusCode.Unauthorized, (await webhook.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Tokens_of_the_issuer_for_the_webhook_are_taken_and_no_others()
    {
        await using var webhook = await RunningWebhook.StartAsync(Entra);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await WithTokenAsync(webhook, RunningWebhook.Token()));
        Assert.Equal(HttpStatusCode.Unauthorized, await WithTokenAsync(webhook, RunningWebhook.Token(audience: "api://other")));
        Assert.Equal(HttpStatusCode.Unauthorized, await WithTokenAsync(webhook, RunningWebhook.Token(issuer: "https://other.test")));
        Assert.Equal(HttpStatusCode.Unauthorized, await WithTokenAsync(webhook, RunningWebhook.Token(minutes: -30)));
        Assert.Equal(HttpStatusCode.Unauthorized, await WithTokenAsync(webhook, RunningWebhook.Token() + "x"));
        using var without = Post("[]");
        Assert.Equal(HttpStatusCode.Unauthorized, (await webhook.Client.SendAsync(without)).StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/xml")]
    public async Task What_is_not_said_to_be_JSON_is_refused(string type)
    {
        await using var webhook = await RunningWebhook.StartAsync(Anonymous);
        using var request = Post("[]", type);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await webhook.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(bool chunked)
    {
        await using var webhook = await RunningWebhook.StartAsync(Anonymous, ("Webhook:MaxBodyBytes", "2048"));
        using var request = Post($"[{new string(' ', 4096)}]");
        request.Headers.TransferEncodingChunked = chunked;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await webhook.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Without_a_broker_the_sender_is_told_to_come_again()
    {
        await using var webhook = await RunningWebhook.StartAsync(Anonymous, ("Webhook:RetryAfter", "00:00:07"));
        using var request = Post($"[{Payloads.EventGrid()}]");
        using var answer = await webhook.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task On_another_port_than_its_own_the_webhook_is_not_there()
    {
        await using var webhook = await RunningWebhook.StartAsync(Anonymous, ("Webhook:Port", "9"));
        using var request = Post("[]");

        Assert.Equal(HttpStatusCode.NotFound, (await webhook.Client.SendAsync(request)).StatusCode);
    }

    private static HttpRequestMessage Post(string body, string type = "application/json") => new(HttpMethod.Post, "/webhook/drops")
    {
        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
    };

    private static async Task<HttpStatusCode> WithTokenAsync(RunningWebhook webhook, string token)
    {
        using var request = Post("[]");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await webhook.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
