using Microsoft.Extensions.Options;

namespace Pipeline.Ingestion.Drops.Webhook;

/// <summary>What ranges cannot say. Keys are never shown.</summary>
internal sealed class WebhookOptionsCheck : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var errors = new List<string>();
        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (options.Keys[i].Length < WebhookOptions.ShortestKey)
            {
                errors.Add($"'Webhook:Keys:{i}' has {options.Keys[i].Length} characters; valid are at least {WebhookOptions.ShortestKey}.");
            }
        }

        if (options.Entra is { } entra)
        {
            if (!Uri.TryCreate(entra.Authority, UriKind.Absolute, out var authority) || authority.Scheme != Uri.UriSchemeHttps)
            {
                errors.Add($"'Webhook:Entra:Authority' is '{entra.Authority}'; valid is an https URL.");
            }

            if (entra.Audience.Length == 0)
            {
                errors.Add("'Webhook:Entra:Audience' is missing; valid is the application that tokens must be for.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
