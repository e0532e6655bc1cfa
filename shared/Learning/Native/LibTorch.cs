using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipeline.Artifacts;
using TorchSharp;

namespace Pipeline.Learning.Native;

/// <summary>Loads the native library, once for a process, before anything touches <c>torch</c>: plainly where that works, else by a copy
/// that an older libstdc++ accepts. (TorchSharp's own loader, left alone on such a system, copies half a gigabyte beside the program and
/// then names the wrong package.)</summary>
public static class LibTorch
{
    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <exception cref="PipelineException">Nothing worked; the message says what was tried.</exception>
    public static void Load(TorchOptions options)
    {
        lock (Gate)
        {
            if (_loaded)
                return;

            var tried = LoadFiles(options);
            Initialize(options, tried);
            _loaded = true;
        }
    }

    /// <returns>What was tried in vain.</returns>
    internal static List<string> LoadFiles(TorchOptions options)
    {
        var tried = new List<string>();
        return !OperatingSystem.IsLinux() || TryLoadPlain(options, tried) || TryLoadCompatible(options, tried)
            ? tried
            : throw new PipelineException(
                $"libtorch could not be loaded. Tried: {string.Join("; ", tried)}. "
                + "The build must have libtorch for this system, or Torch:LibTorch must name a folder that holds libtorch_cpu.so.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Initialize(TorchOptions options, List<string> tried)
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            torch.set_num_threads(options.Threads == 0 ? Environment.ProcessorCount : options.Threads);
        }
        catch (Exception error) when (
            error is DllNotFoundException or TypeInitializationException or NotSupportedException or EntryPointNotFoundException)
        {
            tried.Add(OneLine(error));
            throw new PipelineException($"libtorch could not be started. Tried: {string.Join("; ", tried)}.", error);
        }
    }

    private static bool TryLoadPlain(TorchOptions options, List<string> tried)
    {
        var library = FindTorchSharpLibrary(tried);
        return library is not null && LoadDependencies(options, tried) && TryLoadFile(library, tried, use: true);
    }

    private static bool TryLoadCompatible(TorchOptions options, List<string> tried)
    {
        if (FindTorchSharpLibrary([]) is not { } library || !LoadDependencies(options, []))
            return false;

        var bytes = File.ReadAllBytes(library);
        var name = Digest.Of(bytes)[Digest.Prefix.Length..][..16];
        try
        {
            if (!ElfCompatibility.Apply(bytes))
            {
                tried.Add("compatibility copy: the library has no import that an older libstdc++ lacks");
                return false;
            }
        }
        catch (InvalidDataException error)
        {
            tried.Add($"compatibility copy of {library}: {OneLine(error)}");
            return false;
        }

        foreach (var cache in CacheFolders())
        {
            try
            {
                Directory.CreateDirectory(cache);
                var copy = Path.Combine(cache, $"libLibTorchSharp-{name}.so");
                if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(bytes))
                {
                    var temporary = $"{copy}.{Environment.ProcessId}";
                    File.WriteAllBytes(temporary, bytes);
                    File.Move(temporary, copy, overwrite: true);
                }

                if (TryLoadFile(copy, tried, use: true))
                    return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                tried.Add($"compatibility copy in {cache}: {OneLine(error)}");
            }
        }

        return false;
    }

    private static IEnumerable<string> CacheFolders()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (home.Length > 0)
            yield return Path.Combine(home, "pipeline", "native");

        yield return Path.Combine(Path.GetTempPath(), $"pipeline-native-{Environment.UserName}");
    }

    /// <summary>Loaded by absolute path, so that the loader finds them by name when the next library asks.</summary>
    private static bool LoadDependencies(TorchOptions options, List<string> tried)
    {
        var folders = options.LibTorch is { } external ? [external] : NativeFolders();
        var folder = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "libtorch_cpu.so")));
        if (folder is null)
        {
            tried.Add($"no libtorch_cpu.so in {string.Join(", ", folders)}");
            return false;
        }

        // In the order in which they need each other; the CUDA ones only where they lie.
        string[] libraries = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];
        return libraries.Select(library => Path.Combine(folder, library))
            .Where(path => File.Exists(path) || !path.Contains("cuda", StringComparison.Ordinal))
            .All(path => TryLoadFile(path, tried, use: false));
    }

    private static bool TryLoadFile(string path, List<string> tried, bool use)
    {
        try
        {
            var handle = NativeLibrary.Load(path);
            if (use)
                NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == "LibTorchSharp" ? handle : 0);

            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            tried.Add(OneLine(error));
            return false;
        }
    }

    private static string? FindTorchSharpLibrary(List<string> tried)
    {
        var folders = NativeFolders();
        var path = folders.Select(folder => Path.Combine(folder, "libLibTorchSharp.so")).FirstOrDefault(File.Exists);
        if (path is null)
            tried.Add($"no libLibTorchSharp.so in {string.Join(", ", folders)}");

        return path;
    }

    private static string[] NativeFolders() =>
    [
        .. new[]
        {
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"),
        }
        .Concat((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        .Select(folder => folder.TrimEnd(Path.DirectorySeparatorChar))
        .Distinct(),
    ];

    private static string OneLine(Exception error) =>
        (error.InnerException ?? error).Message.ReplaceLineEndings(" ").Trim();
}
