export const guide = {
  'guide.lead':
    'Point a client here: change its base URL and its key, nothing else. These settings carry this installation’s own address.',
  'guide.clients': 'Clients',
  'guide.claudeCode':
    'Any model here works, of whichever provider; requests and answers are converted on the way.',
  'guide.codex': 'Codex speaks the Responses API, which every model here answers.',
  'guide.cursor':
    'Under Settings, Models: paste the key as OpenAI API key, override the base URL, add the model. Cursor calls from its own servers, so the address must be reachable from the Internet.',
  'guide.verify': 'Verify',
  'guide.verifyHint':
    'Sends “Say hello” to {model} over the {api}, through the gateway, with a key of fifteen minutes.',
  'guide.verified': '{model} answered in {time}',
  'guide.key': 'Key to fill in',
  'guide.keyHint': 'Stays on this page. Keys of your own are shown once, when they are made.',
  'guide.fill': 'Use one for 15 minutes',
  'guide.filled': 'Filled in below; it expires at {time}.',
  'guide.once': 'Once, in the shell',
  'guide.api.chat': 'Chat Completions API',
  'guide.api.messages': 'Messages API',
  'guide.api.responses': 'Responses API',
  'guide.continue': 'Put the key into the .env file beside it; Continue fills it in as a secret.',
  'guide.cline': 'In Cline’s settings choose the API provider “OpenAI Compatible”, then paste these.',
}
