using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Setup;

/// <summary>Whether there is an organisation. Once true it stays true, so it is asked until then and remembered after.</summary>
internal sealed class SetupState(SetupDesk desk, PostgresReady ready)
{
    private volatile bool _initialized;

    /// <summary>Null: the store does not say.</summary>
    public async Task<bool?> IsInitializedAsync(CancellationToken cancellationToken)
    {
        if (_initialized)
            return true;
        if (!ready.IsReady)
            return null;
        try
        {
            _initialized = await desk.IsInitializedAsync(cancellationToken);
            return _initialized;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            return null;
        }
    }
}
