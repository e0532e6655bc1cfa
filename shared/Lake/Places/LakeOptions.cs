using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>Bound from "Lake"; checked at start. Whatever a message or an event names must lie below one of the locations.</summary>
public sealed class LakeOptions
{
    public IList<LakeLocation> Locations { get; init; } = [];

    /// <summary>Whether a source may also be any folder of this machine. On if one process does all, off in services.</summary>
    public bool AnyFolder { get; set; }
}

/// <summary>One container, bucket or folder of the lake.</summary>
public sealed class LakeLocation
{
    /// <summary>How events and requests name it: <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>, <c>s3://BUCKET</c>, or for a
    /// folder alone any name of the form <c>lake://NAME</c>. No <c>/</c> at the end.</summary>
    public string Url { get; init; } = "";

    /// <summary>Of the storage account; without it an Azure container is read as the process's identity (DefaultAzureCredential).</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Where the location is mounted; its files are read from there. Needed for everything but Azure containers.</summary>
    public string? Folder { get; init; }
}

/// <summary>Whether each location of the lake can be one.</summary>
public sealed class LakeOptionsCheck : IValidateOptions<LakeOptions>
{
    private const string Valid = "https://ACCOUNT.blob.core.windows.net/CONTAINER, s3://BUCKET or lake://NAME, without '/' at the end";
    private static readonly string[] Schemes = ["https", "http", "s3", "lake"];

    public ValidateOptionsResult Validate(string? name, LakeOptions options)
    {
        var wrong = options.Locations.Select((location, at) => WrongWith(location, $"Lake:Locations:{at}")).OfType<string>().ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static string? WrongWith(LakeLocation location, string at)
    {
        if (!Uri.TryCreate(location.Url, UriKind.Absolute, out var url) || !Schemes.Contains(url.Scheme) || url.Host.Length == 0
            || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0
                || !LakeNames.IsSafe(location.Url[(url.Scheme.Length + "://".Length)..]))
        {
            return $"{at}:Url is '{location.Url}'; it must be {Valid}.";
        }

        return (location, url.Scheme) switch
        {
            ({ Folder: not null, ConnectionString: null }, _) => null,
            ({ Folder: not null }, _) => $"{at} has a Folder and a ConnectionString for '{location.Url}'; it must have one of them.",
            (_, not ("http" or "https")) => $"{at}:Folder is missing for '{location.Url}'; it must be the folder where it is mounted.",
            ({ ConnectionString: null }, "http") =>
                $"{at}:ConnectionString is missing for '{location.Url}'; without one the URL must begin with https, as an identity's token "
                    + "is a secret.",
            _ => WrongWithContainer(location, at),
        };
    }

    private static string? WrongWithContainer(LakeLocation location, string at)
    {
        var account = location.ConnectionString is null ? "" : " of the connection string's account";
        try
        {
            return LakeContainers.AddressOf(location) is null
                ? $"{at}:Url is '{location.Url}', which names no container{account}; it must be {Valid}."
                : null;
        }
        catch (FormatException)
        {
            // Not shown: it holds a key.
            return $"{at}:ConnectionString is none; it must be the storage account's, such as 'AccountName=…;AccountKey=…;BlobEndpoint=…'.";
        }
    }
}

/// <summary>What opens the places of the lake, for every stage that reads from it.</summary>
public static class LakeRegistration
{
    /// <summary>May be called by several stages of one process.</summary>
    public static IServiceCollection AddLake(this IServiceCollection services)
    {
        services.AddOptions<LakeOptions>().BindConfiguration("Lake", binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddOptions<DropsOptions>().BindConfiguration("Drops", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LakeOptions>, LakeOptionsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DropsOptions>, DropsOptionsCheck>());
        services.TryAddSingleton<LakeLocations>();
        services.TryAddSingleton<LakeContainers>();
        services.TryAddSingleton<LakeFolders>();
        services.TryAddSingleton<DatasetPlaces>();
        return services;
    }
}
