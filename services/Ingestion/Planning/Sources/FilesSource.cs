using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>A folder of files, or of containers of such.</summary>
public sealed record FilesSource(
    ILakeFolder Folder, IFileLabels Labels, LayoutRules Rules, KnownFiles Known, IngestionOptions Options, string Modality)
{
    private const int ReportEvery = 1000;

    /// <exception cref="PipelineException">There is no file.</exception>
    public async Task<ISourceListing> ReadAsync(INewFiles newFiles, IProgress<long>? progress, CancellationToken cancellation)
    {
        var listing = new FilesListing(this);
        try
        {
            using var read = new Spool<KnownFile>();
            HashSet<string> tables = [.. Labels.Files.Select(file => file.Path)];
            var listed = Folder.FilesAsync(LakeContents.Of(Modality), cancellation).Where(
                file => listing.Follows(file) && !tables.Contains(file.Path));
            var items = ReadAhead.InOrderAsync(
                Known.JoinAsync(listed, cancellation),
                Options.ReadAhead,
                Options.ReadAheadBytes,
                file => newFiles.Takes(file) ? file.File.Bytes : 0,
                (file, token) => ReadAsync(file, newFiles, token),
                cancellation);
            await foreach (var (item, version) in items)
            {
                if (item.Sha256 is not null)
                    read.Add(new KnownFile(item.Path, version ?? "", item.Bytes, item.Sha256, item.Container));

                var (labelled, line) = listing.Add(item);
                await newFiles.AddAsync(labelled, line, cancellation);
                if (listing.Count % ReportEvery == 0)
                    progress?.Report(listing.Count);
            }

            listing.Finish(await newFiles.FinishAsync(cancellation));
            await Known.ReplaceAsync(read, cancellation);
            return listing;
        }
        catch
        {
            listing.Dispose();
            throw;
        }
    }

    private async Task<(SourceItem Item, string? Version)> ReadAsync(FoundFile found, INewFiles newFiles, CancellationToken cancellation)
    {
        var (file, same, _) = found;
        if (file.Rejection is { } rejection)
            return (new SourceItem(file.Path, 0, null) { Rejection = rejection, Detail = file.Detail }, null);

        if (same is not null)
            return (new SourceItem(file.Path, same.Bytes, same.Sha256) { Container = same.Container }, file.Version);

        try
        {
            if (newFiles.Takes(found) && await ReadWholeAsync(file, cancellation) is var (whole, content))
            {
                await newFiles.DecodeAsync(whole, content, cancellation);
                return (whole, file.Version);
            }

            await using var stream = await Folder.OpenReadAsync(file.Path, cancellation);
            var (bytes, sha256, container) = await Fingerprint.WithKindAsync(stream, cancellation);
            return (new SourceItem(file.Path, bytes, sha256) { Container = container }, file.Version);
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not LakeUnavailableException)
        {
            return (new SourceItem(file.Path, 0, null), file.Version);
        }
    }

    /// <returns>Null where its length is not the listed one, or it is a container.</returns>
    private async Task<(SourceItem Item, ArraySegment<byte> Content)?> ReadWholeAsync(LakeFile file, CancellationToken cancellation)
    {
        var content = FileBuffers.Rent(checked((int)file.Bytes));
        await using var stream = await Folder.OpenReadAsync(file.Path, cancellation);
        if (!await FileBuffers.FillAsync(content, stream, cancellation)
            || ContainerKinds.Of(content.AsSpan(0, Math.Min(content.Count, ContainerKinds.HeadBytes))) is not null)
        {
            FileBuffers.Return(content);
            return null;
        }

        return (new SourceItem(file.Path, content.Count, Convert.ToHexStringLower(SHA256.HashData(content))), content);
    }
}
