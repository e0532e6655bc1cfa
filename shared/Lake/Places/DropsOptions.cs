using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Lake.Places;

/// <summary>Bound from "Drops"; checked at start.</summary>
public sealed class DropsOptions
{
    /// <summary>By name. A file below none of these belongs to the dataset named by its first folder below the location.</summary>
    public IDictionary<string, DropDatasetOptions> Datasets { get; init; } =
        new Dictionary<string, DropDatasetOptions>(StringComparer.Ordinal);

    /// <summary>Larger messages go to <c>drops_error</c> unread. The webhook cuts its input into messages of at most half of it.</summary>
    [Range(1 << 10, 128 << 20)]
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>Unacknowledged messages. Their bodies are in memory: up to this many times <see cref="MaxMessageBytes"/>.</summary>
    [Range(1, 10_000)]
    public int Prefetch { get; init; } = 400;

    /// <summary>Maximum number of messages recorded together.</summary>
    [Range(1, 10_000)]
    public int BatchMessages { get; init; } = 200;

    /// <summary>Maximum size of messages recorded together; a single larger message makes a batch of its own.</summary>
    [Range(1 << 10, 1 << 30)]
    public int BatchBytes { get; init; } = 8 << 20;

    /// <summary>Longest time that a message waits for others to be recorded with.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>First pause when the store takes no record; it doubles up to <see cref="MaxPause"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it is looked whether a drop is complete.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Quiet period of the datasets that <see cref="Datasets"/> does not name.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "7.00:00:00")]
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Where the files of a dataset land, and when a drop of them is complete.</summary>
public sealed class DropDatasetOptions
{
    public const string ValidNames = "1 to 40 letters, digits, '-' and '_'";

    private const int LongestName = 40;

    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>URL of the folder, at or below a location of <c>Lake:Locations</c>. The longest that holds a file wins.</summary>
    public string Prefix { get; init; } = "";

    public DropCompletion Complete { get; init; } = DropCompletion.Any;

    /// <summary>Time without an event after which a drop is complete.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "7.00:00:00")]
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Name of the file that says how many files a drop has: a number as text, or JSON with one in <c>count</c>, or <c>files</c>
    /// as a number or a list.</summary>
    public string? Manifest { get; init; }
}

/// <summary>What makes a drop complete.</summary>
public enum DropCompletion
{
    /// <summary>Whichever of the others comes first.</summary>
    Any,

    /// <summary><c>_SUCCESS</c>, written after the files of its folder.</summary>
    SuccessFile,

    /// <summary>As many files as the manifest says.</summary>
    Manifest,

    /// <summary>No event for some time.</summary>
    QuietPeriod,
}

/// <summary>What ranges cannot say.</summary>
public sealed class DropsOptionsCheck(LakeLocations lakes) : IValidateOptions<DropsOptions>
{
    public ValidateOptionsResult Validate(string? name, DropsOptions options)
    {
        var errors = new List<string>();
        if (options.BatchMessages > options.Prefetch)
            errors.Add($"'Drops:BatchMessages' is {options.BatchMessages}; it must be at most 'Drops:Prefetch', {options.Prefetch}.");

        foreach (var (dataset, rule) in options.Datasets)
        {
            var at = $"Drops:Datasets:{dataset}";
            var wrong = new List<ValidationResult>();
            Validator.TryValidateObject(rule, new ValidationContext(rule), wrong, validateAllProperties: true);
            errors.AddRange(wrong.Select(error => $"'{at}': {error.ErrorMessage}"));
            if (!DropDatasetOptions.IsName(dataset))
                errors.Add($"'{at}': names must be {DropDatasetOptions.ValidNames}.");

            if (lakes.Find(rule.Prefix) is null || rule.Prefix.EndsWith('/'))
                errors.Add($"'{at}:Prefix' is '{rule.Prefix}'; it must be a URL without '/' at its end at or below {lakes.Valid}.");

            if (rule.Complete == DropCompletion.Manifest && string.IsNullOrEmpty(rule.Manifest))
                errors.Add($"'{at}:Manifest' is missing; it must be the name of the file that says how many files a drop has.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

/// <summary>Where a dataset's files land: as Drops:Datasets says, else in the folder of its name in the lake's first location.</summary>
public sealed class DatasetPlaces(IOptions<LakeOptions> options, IOptions<DropsOptions> drops)
{
    /// <exception cref="PipelineException">The lake has no location.</exception>
    public string Of(string dataset) => drops.Value.Datasets.TryGetValue(dataset, out var settings) && settings.Prefix.Length > 0
        ? settings.Prefix
        : options.Value.Locations is [var first, ..]
        ? $"{first.Url}/{dataset}"
        : throw new PipelineException(
            $"No source is given for the dataset '{dataset}', and Lake:Locations names none; there must be a source, or a location in the "
                + "settings.");
}
