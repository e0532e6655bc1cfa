using Pipeline.Artifacts.Folder;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Settings;

/// <summary>What went wrong, for a person, in one line.</summary>
public static class ErrorLine
{
    public static string Of(Exception error) => error is PipelineException ? Of(error.Message) : Unexpected(error);

    public static string Of(string message) => string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Something that nobody foresaw: its type says more than its message alone. A full disk is foreseen wherever it is met, also outside a store.</summary>
    public static string Unexpected(Exception error) => error is IOException full && FolderFailure.IsDiskFull(full)
        ? Of($"The disk is full: {error.Message.TrimEnd('.')}. Free some space and run the same command again.")
        : Of($"{error.GetType().Name}: {error.Message}");
}
