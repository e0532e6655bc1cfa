using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Artifacts;

/// <summary>Tells pipes, sockets and devices from files, which .NET does not: opening a pipe without a writer waits for ever.</summary>
public static class SpecialFile
{
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;

    /// <summary>The structure of statx(2) has one layout on all architectures of Linux.</summary>
    private const int ResultBytes = 256;

    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;

    /// <summary>What it is, such as <c>a named pipe</c>; null for a file, a folder, nothing, and on other systems.</summary>
    public static string? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;

        var result = new byte[ResultBytes];
        try
        {
            if (StatX(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), 0, TypeOnly, result) != 0)
                return null;

            return (BitConverter.ToUInt16(result, ModeOffset) & TypeMask) switch
            {
                0x1000 => "a named pipe",
                0x2000 or 0x6000 => "a device",
                0xC000 => "a socket",
                _ => null,
            };
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, byte[] result);
}
