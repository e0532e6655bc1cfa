using System.ComponentModel.DataAnnotations;

namespace Pipeline.Triggers.Webhook;

/// <summary>Bound from "Webhook"; checked at start.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    /// <summary>The only port on which the webhook answers; null for every port that the host listens on.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>Shared keys, of which a sender shows one: as <c>?code=</c>, <c>x-webhook-key</c> or <c>Authorization: SharedKey …</c>. Two
    /// while one replaces the other.</summary>
    [MaxLength(MostKeys)]
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Tokens of Microsoft Entra, or of any issuer with OpenID Connect discovery.</summary>
    public WebhookEntraOptions? Entra { get; init; }

    /// <summary>Allows everybody who reaches the port to send events.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Larger bodies are refused with 413. Event Grid's batches have up to 1 MB.</summary>
    [Range(1 << 10, 64 << 20)]
    public int MaxBodyBytes { get; init; } = 4 << 20;

    /// <summary>Longest wait for the queue to confirm; then 503, and the sender comes again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What 503 tells the sender to wait.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    internal const int MostKeys = 2;
    internal const int ShortestKey = 16;

    /// <summary>What ranges cannot say. Keys are never shown.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].Length < ShortestKey)
                yield return new($"'Webhook:Keys:{i}' has {Keys[i].Length} characters; it must have at least {ShortestKey}.");
        }

        if (Entra is not null
            && !(Uri.TryCreate(Entra.Authority, UriKind.Absolute, out var authority) && authority.Scheme == Uri.UriSchemeHttps))
            yield return new($"'Webhook:Entra:Authority' is '{Entra.Authority}'; it must be an https URL.");
        if (Entra is { Audience.Length: 0 })
            yield return new("'Webhook:Entra:Audience' is missing; it must be the application that tokens are for.");
        if (Keys.Count == 0 && Entra is null && !AllowAnonymous)
            yield return new("Anybody could send events: 'Webhook:Keys' or 'Webhook:Entra' must be set, "
                + "or 'Webhook:AllowAnonymous' must be true where nobody else reaches the port.");
    }
}

public sealed class WebhookEntraOptions
{
    /// <summary>The issuer, such as <c>https://login.microsoftonline.com/TENANT/v2.0</c>.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Whom the token is for: the application that stands for the webhook.</summary>
    public string Audience { get; init; } = "";
}
