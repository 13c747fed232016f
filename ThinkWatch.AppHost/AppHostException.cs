namespace ThinkWatch.AppHost;

/// <summary>Something that the person at the terminal can put right; the message says how.</summary>
internal sealed class AppHostException(string message) : Exception(message);
