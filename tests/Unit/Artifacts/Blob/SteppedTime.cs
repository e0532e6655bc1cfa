namespace Pipeline.Tests.Unit.Artifacts.Blob;

/// <summary>A clock that stands still until somebody waits for it, and then jumps to when the wait is over. Limits on attempts,
/// which are longer than any wait, never come.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero && dueTime <= LongestWait)
        {
            _now += dueTime;
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
