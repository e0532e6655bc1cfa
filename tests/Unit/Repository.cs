using System.Runtime.CompilerServices;

namespace Pipeline.Tests.Unit;

/// <summary>The files of the repository that this test was built from.</summary>
internal static class Repository
{
    public static string PathOf(string file) => Path.Combine(Root(), file);

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
