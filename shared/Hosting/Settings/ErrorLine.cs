using Pipeline.Contracts;

namespace Pipeline.Hosting.Settings;

/// <summary>What went wrong, for a person, in one line.</summary>
public static class ErrorLine
{
    public static string Of(Exception error) => error is PipelineException ? Of(error.Message) : Unexpected(error);

    public static string Of(string message) => string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Something that nobody foresaw: its type says more than its message alone.</summary>
    public static string Unexpected(Exception error) => Of($"{error.GetType().Name}: {error.Message}");
}
