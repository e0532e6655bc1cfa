using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>What Python's decoders do with the same files, by <c>peers.py</c>; nothing where Python or PIL is not there.</summary>
internal static class Peers
{
    /// <param name="reference">A file to write the exact area means of the whole images to, [N, S, S, 3]; null for none.</param>
    /// <returns>Images per CPU-second by the peer's name.</returns>
    public static Dictionary<string, double> Measure(string folder, string pattern, int size, string? reference)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Decoding", "peers.py");
        var start = new ProcessStartInfo("/usr/bin/python3",
            [script, folder, pattern, $"{size}", .. reference is null ? Array.Empty<string>() : [reference]])
        {
            RedirectStandardOutput = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? JsonSerializer.Deserialize<Dictionary<string, double>>(answer)! : [];
        }
        catch (Win32Exception)
        {
            return [];
        }
    }
}
