using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Guard;

/// <summary>What the guard found in one call, counted by rule. Never what the text was. One caller at a time.</summary>
public sealed class GuardHits
{
    private readonly List<Entry> _entries = [];
    private readonly SortedSet<string> _warned = new(StringComparer.Ordinal);

    public IReadOnlyList<Entry> Entries => _entries;

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>The rule that forbids this call; null when none does.</summary>
    public ContentRule? BlockedBy { get; private set; }

    /// <summary>The names of the rules that warn; null when none does.</summary>
    public string? Warnings { get; private set; }

    public void Add(PiiPattern pattern) => Count("pii:" + pattern.Name, "input", "redact", "info", 1);

    public void Add(ContentRule rule, int count)
    {
        Count(rule.Name, rule.Scope == RuleScope.Input ? "input" : "output", NameOf(rule.Action), rule.Severity, count);
        if (rule.Action == RuleAction.Block)
            BlockedBy ??= rule;
        else if (rule.Action == RuleAction.Warn && _warned.Add(rule.Name))
            Warnings = string.Join(", ", _warned);
    }

    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var entry in _entries)
        {
            json.WriteStartObject();
            json.WriteString("rule"u8, entry.Rule);
            json.WriteString("scope"u8, entry.Scope);
            json.WriteString("action"u8, entry.Action);
            json.WriteString("severity"u8, entry.Severity);
            json.WriteNumber("count"u8, entry.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string NameOf(RuleAction action) => action switch
    {
        RuleAction.Block => "block",
        RuleAction.Redact => "redact",
        RuleAction.Warn => "warn",
        _ => "log",
    };

    private void Count(string rule, string scope, string action, string severity, int count)
    {
        foreach (var entry in _entries)
        {
            if (entry.Rule == rule && entry.Scope == scope)
            {
                entry.Count += count;
                return;
            }
        }

        _entries.Add(new Entry(rule, scope, action, severity) { Count = count });
    }

    public sealed class Entry(string rule, string scope, string action, string severity)
    {
        public string Rule => rule;

        public string Scope => scope;

        public string Action => action;

        public string Severity => severity;

        public int Count { get; set; }
    }
}
