using Azure;
using Azure.Identity;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Lakes;

/// <summary>What blob storage answers, as the faults that <see cref="ILakeFolder"/> names.</summary>
internal static class BlobFailure
{
    private const int Unauthorized = 401;
    private const int Forbidden = 403;
    private const int NotFound = 404;
    private const int TimedOut = 408;
    private const int Conflict = 409;
    private const int Changed = 412;
    private const int TooMany = 429;
    private const int ServerFault = 500;

    public static async Task<T> GuardAsync<T>(string name, Func<Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (Of(error, name, cancellation) is { } failure)
        {
            throw failure;
        }
    }

    public static Task GuardAsync(string name, Func<Task> work, CancellationToken cancellation) => GuardAsync(
        name,
        async () =>
        {
            await work();
            return true;
        },
        cancellation);

    /// <summary>Null where the error says it best itself.</summary>
    /// <param name="name">What was wanted: a URL.</param>
    public static Exception? Of(Exception error, string name, CancellationToken cancellation) => error switch
    {
        _ when cancellation.IsCancellationRequested => null,
        RequestFailedException { Status: Unauthorized or Forbidden } refused => new PipelineException(
            $"'{name}' may not be read or written: {refused.ErrorCode ?? $"status {refused.Status}"}. Valid is a connection string in Lake:Locations, or an identity, that has the right to.", error),
        AuthenticationFailedException none => new PipelineException(
            $"There is no identity for '{name}': {FirstLine(none.Message)} Valid is a connection string in Lake:Locations, or an identity that Azure knows.", error),
        RequestFailedException { Status: NotFound, ErrorCode: "ContainerNotFound" } => new PipelineException($"There is no container for '{name}'. Valid are containers that are there.", error),
        RequestFailedException { Status: NotFound } => new FileNotFoundException($"There is no '{name}'.", error),
        // Archived, or not rehydrated yet.
        RequestFailedException { Status: Conflict } refused => new UnauthorizedAccessException($"'{name}' cannot be read now: {refused.ErrorCode}.", error),
        RequestFailedException { Status: 0 or TimedOut or Changed or TooMany or >= ServerFault } or IOException or AggregateException or OperationCanceledException =>
            new LakeUnavailableException($"'{name}' could not be reached: {FirstLine(error.GetBaseException().Message)}", error),
        _ => null,
    };

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();
}
