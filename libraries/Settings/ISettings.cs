namespace ThinkWatch.Settings;

/// <summary>The settings in force now. <see cref="Get"/> is lock-free: ask at the moment of use, never keep the answer.</summary>
public interface ISettings
{
    /// <summary>Raised after new values are in force, on the feed's thread: return quickly.</summary>
    event Action? Changed;

    T Get<T>(Setting<T> setting)
        where T : notnull;
}
