using System.Runtime.InteropServices;

namespace Pipeline.Cli.Running;

/// <summary>Ends the process while work is in hand that nobody waits for.</summary>
internal static class ProcessEnd
{
    /// <summary>How long after Ctrl-C the work in hand may take for its checkpoint.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>For the last words: the terminal may not take them.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(0.2);

    private static readonly ManualResetEventSlim Interrupted = new();
    private static Action _words = ShowCursor;

    // Ready before it is needed: while a large library is loaded, no thread can begin and no function can be looked up.
    // Not one of the pool, which may all be at work.
    static ProcessEnd()
    {
        if (!OperatingSystem.IsWindows())
            Marshal.Prelink(((Action<int>)Exit).Method);
        Start(() =>
        {
            Interrupted.Wait();
            Thread.Sleep(Patience);
            Start(_words).Join(LastWords);
            Now(ExitCode.Interrupted);
        });
    }

    /// <param name="tell">Says on the terminal that the process ends.</param>
    public static void Prepare(Action tell) => _words = tell;

    /// <summary>Ends the process soon after a Ctrl-C, unless it has ended by then.</summary>
    public static void AfterInterrupt() => Interrupted.Set();

    /// <summary>Without whatever else is done at the end of a process: native libraries at work would crash under it.</summary>
    public static void Now(int exitCode)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(exitCode);
        Exit(exitCode);
    }

    /// <summary>The live display hides the cursor.</summary>
    public static void ShowCursor()
    {
        if (!Console.IsOutputRedirected)
            Console.WriteLine("\e[?25h");
    }

    private static Thread Start(Action what)
    {
        var thread = new Thread(() => what()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void Exit(int exitCode);
}

internal static class ExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>What a shell calls a program that Ctrl-C ended.</summary>
    public const int Interrupted = 130;
}
