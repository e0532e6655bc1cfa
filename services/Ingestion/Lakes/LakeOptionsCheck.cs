using Microsoft.Extensions.Options;

namespace Pipeline.Ingestion.Lakes;

/// <summary>Whether each location of the lake can be one.</summary>
internal sealed class LakeOptionsCheck : IValidateOptions<LakeOptions>
{
    private const string Valid = "https://ACCOUNT.blob.core.windows.net/CONTAINER, s3://BUCKET or lake://NAME, without '/' at the end";
    private static readonly string[] Schemes = ["https", "http", "s3", "lake"];

    public ValidateOptionsResult Validate(string? name, LakeOptions options)
    {
        var wrong = options.Locations.Index().Select(entry => WrongWith(entry.Item, $"Lake:Locations:{entry.Index}")).OfType<string>().ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static string? WrongWith(LakeLocation location, string at)
    {
        if (!Uri.TryCreate(location.Url, UriKind.Absolute, out var url) || !Schemes.Contains(url.Scheme) || url.Host.Length == 0
            || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0 || !LakeNames.IsSafe(location.Url[(url.Scheme.Length + "://".Length)..]))
        {
            return $"{at}:Url is '{location.Url}'; valid is {Valid}.";
        }

        if (location.Folder is not null)
        {
            return location.ConnectionString is null ? null : $"{at} has a Folder and a ConnectionString for '{location.Url}'; valid is one of them.";
        }

        return url.Scheme is "http" or "https" ? WrongWithContainer(location, at, url) : $"{at}:Folder is missing for '{location.Url}'; valid is the folder where it is mounted.";
    }

    private static string? WrongWithContainer(LakeLocation location, string at, Uri url)
    {
        if (location.ConnectionString is null && url.Scheme == "http")
        {
            return $"{at}:ConnectionString is missing for '{location.Url}'; valid without one is https only, as an identity's token is a secret.";
        }

        try
        {
            return LakeContainers.AddressOf(location) is null
                ? $"{at}:Url is '{location.Url}', which names no container{(location.ConnectionString is null ? "" : " of the connection string's account")}; valid is {Valid}."
                : null;
        }
        catch (FormatException)
        {
            // Not shown: it holds a key.
            return $"{at}:ConnectionString is none; valid is the storage account's, such as 'AccountName=…;AccountKey=…;BlobEndpoint=…'.";
        }
    }
}
