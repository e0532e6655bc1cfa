namespace Pipeline.Local.Running;

/// <summary>What the program tells the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>What a shell calls a program that Ctrl-C ended.</summary>
    public const int Interrupted = 130;
}
