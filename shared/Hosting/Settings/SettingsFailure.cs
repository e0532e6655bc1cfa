using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;

namespace Pipeline.Hosting.Settings;

/// <summary>A setting that cannot work, told as the setting that somebody wrote.</summary>
public static class SettingsFailure
{
    private const string TypeStart = "validation failed for '";
    private const string MembersStart = "members: '";
    private const string ErrorStart = "error: '";
    private const string UnknownStart = "'ErrorOnUnknownConfiguration'";

    /// <summary>Null where the error is none about settings.</summary>
    public static PipelineException? Of(Exception error, IConfiguration configuration) => error switch
    {
        OptionsValidationException invalid => new(Describe(invalid, configuration), error),
        InvalidOperationException { Message: var message }
            when message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
            new($"A setting has a value of the wrong kind. {message}", error),
        InvalidOperationException { Message: var message } when message.StartsWith(UnknownStart, StringComparison.Ordinal) =>
            new($"There is no setting {DescribeUnknown(message)}.", error),
        InvalidDataException => new(ErrorLine.Of($"{error.Message} {error.GetBaseException().Message}"), error),
        _ => null,
    };

    // "DataAnnotation validation failed for 'TorchOptions' members: 'Threads' with the error:
    // 'The field Threads must be between 0 and 1024.'." Below the options' own members it is 'StoreOptions.Cache'. A fault that no member
    // stands for has none, as where the value is a secret.
    private static string Describe(OptionsValidationException error, IConfiguration configuration)
    {
        var failure = error.Failures.First();
        if (!failure.Contains(MembersStart, StringComparison.Ordinal))
            return failure;
        var section = Between(failure, TypeStart, '\'')
            .Replace(error.OptionsType.Name, error.OptionsType.Name.Replace("Options", ""), StringComparison.Ordinal).Replace('.', ':');
        var setting = $"{section}:{Between(failure, MembersStart, '\'')}".TrimEnd(':');
        var value = configuration[setting] is { } text ? $" is '{text}'" : "";
        return $"The setting {setting}{value}: "
            + $"{failure[(failure.IndexOf(ErrorStart, StringComparison.Ordinal) + ErrorStart.Length)..].TrimEnd('.', '\'')}.";
    }

    // "'ErrorOnUnknownConfiguration' was set on …, but the following properties were not found on the instance of
    // Pipeline.Pretraining.PretrainingOptions: 'Slice'"
    private static string DescribeUnknown(string message)
    {
        var name = Between(message, "instance of ", ':');
        var section = name.Split('.')[^1].Replace("Options", "", StringComparison.Ordinal);
        var unknown = message[(message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ")
            .Select(member => $"{section}:{member.Trim('\'')}");
        var valid = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name)).OfType<Type>().First()
            .GetProperties().Select(property => property.Name);
        return $"{string.Join(" or ", unknown)}. It must be one of {string.Join(", ", valid)}";
    }

    private static string Between(string text, string start, char end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from)];
    }
}

/// <summary>What went wrong, for a person, in one line.</summary>
public static class ErrorLine
{
    public static string Of(Exception error) => error is PipelineException ? Of(error.Message) : Unexpected(error);

    public static string Of(string message) =>
        string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Something that nobody foresaw, but for a full disk: its type says more than its message alone.</summary>
    public static string Unexpected(Exception error) => error is IOException full && FolderFailure.IsDiskFull(full)
        ? Of($"The disk is full: {error.Message.TrimEnd('.')}. Free some space and run the same command again.")
        : Of($"{error.GetType().Name}: {error.Message}");
}
