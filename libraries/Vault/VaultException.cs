namespace ThinkWatch;

/// <summary>An envelope that does not open, or a key that is no key. Its message never holds secret material.</summary>
public sealed class VaultException(string message) : Exception(message);
