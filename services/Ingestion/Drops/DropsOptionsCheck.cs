using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Drops;

/// <summary>What ranges cannot say.</summary>
internal sealed class DropsOptionsCheck(LakeLocations lakes) : IValidateOptions<DropsOptions>
{
    public ValidateOptionsResult Validate(string? name, DropsOptions options)
    {
        var errors = new List<string>();
        if (options.BatchMessages > options.Prefetch)
        {
            errors.Add($"'Drops:BatchMessages' is {options.BatchMessages}; valid is up to 'Drops:Prefetch', {options.Prefetch}.");
        }

        foreach (var (dataset, rule) in options.Datasets)
        {
            var at = $"Drops:Datasets:{dataset}";
            var wrong = new List<ValidationResult>();
            Validator.TryValidateObject(rule, new ValidationContext(rule), wrong, validateAllProperties: true);
            errors.AddRange(wrong.Select(error => $"'{at}': {error.ErrorMessage}"));
            if (!DropDatasets.IsName(dataset))
            {
                errors.Add($"'{at}': valid names are {DropDatasets.ValidNames}.");
            }

            if (lakes.Find(rule.Prefix) is null || rule.Prefix.EndsWith('/'))
            {
                errors.Add($"'{at}:Prefix' is '{rule.Prefix}'; valid is a URL without '/' at its end at or below {lakes.Valid}.");
            }

            if (rule.Complete == DropCompletion.Manifest && string.IsNullOrEmpty(rule.Manifest))
            {
                errors.Add($"'{at}:Manifest' is missing; valid is the name of the file that says how many files a drop has.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
