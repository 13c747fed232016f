using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>Requests that came together and stand under the same rules: they are counted in one go. <paramref name="Requests"/>: how many.</summary>
internal sealed record RuleGroup(IReadOnlyList<Rule> Rules, int Requests);

/// <summary>
/// What the script decided for a group: the first <paramref name="Passed"/> requests are counted, the others are refused by <paramref name="RefusingRule"/>
/// (an index; -1 when all passed), whose sum is <paramref name="Current"/> and which would pass one in <paramref name="RetryMs"/>.
/// </summary>
/// <param name="Sums">Every rule's sum with those that passed.</param>
internal sealed record GroupVerdict(int Passed, int RefusingRule, long Current, long RetryMs, long[] Sums);
