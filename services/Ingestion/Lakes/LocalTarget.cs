using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Lakes;

/// <summary>A folder of a mounted location. A file gets its name when it is whole, so that whoever watches never sees a part.</summary>
public sealed class LocalTarget(string folder) : ILakeTarget
{
    public async Task<bool> HoldsAsync(string path, Stream content, CancellationToken cancellation = default)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        if (!file.Exists || file.Length != content.Length)
        {
            return false;
        }

        await using var there = file.OpenRead();
        content.Position = 0;
        return (await Fingerprint.OfAsync(there, cancellation)).Sha256 == (await Fingerprint.OfAsync(content, cancellation)).Sha256;
    }

    public async Task PutAsync(string path, Stream content, CancellationToken cancellation = default)
    {
        var target = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // Hidden, so that it is no file of the lake yet.
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetRandomFileName()}");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                content.Position = 0;
                await content.CopyToAsync(file, cancellation);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
