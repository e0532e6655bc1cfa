using Pipeline.Contracts;
using Pipeline.Local.Results;

namespace Pipeline.Local.Remote;

/// <summary>The result of a run of the services, copied to where a person can open it: <c>pipeline-results/RUN/</c> in the current folder.</summary>
internal static class ResultFolder
{
    private const string Root = "pipeline-results";

    /// <returns>The result with the paths of the copies.</returns>
    /// <exception cref="PipelineException">A file of the result is missing or damaged.</exception>
    public static async Task<RunResult> DownloadAsync(OpenedStore store, VerdictReached verdict, CancellationToken cancellation)
    {
        var result = await RunResult.ReadAsync(store.Store, store.Name, verdict, cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(Root, verdict.Run.RunId)).FullName;
        return result with
        {
            ReportFile = Copy(result.ReportFile, verdict.Report),
            Page = Copy(result.Page, verdict.Page),
            Model = verdict.Model is { } model ? Copy(result.Model!, model) : null,
        };

        string Copy(string file, ArtifactReference artifact)
        {
            var target = Path.Combine(folder, artifact.Key.Split('/')[^1]);
            File.Copy(file, target, overwrite: true);
            return target;
        }
    }
}
