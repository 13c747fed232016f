export const guide = {
  'guide.lead':
    'Point a client here: change its base URL and its key, nothing else. These settings carry this installation’s own address.',
  'guide.clients': 'Clients',
  'guide.key':
    'Put a key into the environment variable THINKWATCH_KEY first; it is shown once, when it is made.',
  'guide.claudeCode':
    'Any model here works, of whichever provider; requests and answers are converted on the way.',
  'guide.codex': 'Codex speaks the Responses API, which every model here answers.',
  'guide.cursor':
    'Under Settings, Models: paste the key as OpenAI API key, override the base URL, add the model. Cursor calls from its own servers, so the address must be reachable from the Internet.',
  'guide.verify': 'Verify',
  'guide.verifyHint': 'Sends “Say hello” to {model} through the gateway, with a key of fifteen minutes.',
  'guide.verified': '{model} answered in {time}',
}
