using ThinkWatch.Guard;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>The rules in force, compiled whenever they change. One writer (the feeds), many readers; swapped atomically.</summary>
internal sealed class GuardRuleBook : IDisposable
{
    private readonly ISettings _settings;
    private volatile GuardRules _everybody = GuardRules.Off;

    public GuardRuleBook(ISettings settings)
    {
        _settings = settings;
        settings.Changed += Compile;
        Compile();
    }

    public GuardRules For(string organization) => _everybody;

    public void Dispose() => _settings.Changed -= Compile;

    private void Compile()
    {
        var pii = _settings.Get(SettingsRegistry.Security.PiiRedaction)
            ? PiiScanner.Of(_settings.Get(SettingsRegistry.Security.PiiPatterns), _settings.Get(SettingsRegistry.Security.PiiCustomPatterns))
            : PiiScanner.Off;
        _everybody = new GuardRules(pii, [], []);
    }
}
