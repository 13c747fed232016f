import type { MessageKey } from '@/i18n'
import { curlFor } from '@/lib/curl'
import type { Surface } from '@/lib/gateway'

interface Snippet {
  label: string
  code: string
}

export interface Client {
  id: string
  name: string
  /** The API that it speaks: what "verify" asks. */
  surface: Surface
  note?: MessageKey
  /** What to paste, for the gateway's address and a model of it. The key is always in the environment. */
  snippets: (gateway: string, model: string) => Snippet[]
}

/** Stands where the key itself has to be; filled in on the page, if there is one. */
export const placeholder = 'YOUR_THINKWATCH_KEY'

/** The shell's way to say it once, for all that read it from the environment. */
export const exportKey = (key: string) => `export THINKWATCH_KEY=${key || placeholder}`

export const withKey = (code: string, key: string) => (key ? code.replaceAll(placeholder, key) : code)

export const clients: Client[] = [
  {
    id: 'openai',
    name: 'OpenAI SDK',
    surface: 'chat',
    snippets: (gateway, model) => [
      {
        label: 'Python',
        code: `import os
from openai import OpenAI

client = OpenAI(base_url="${gateway}/v1", api_key=os.environ["THINKWATCH_KEY"])
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.choices[0].message.content)`,
      },
      {
        label: 'TypeScript',
        code: `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: '${gateway}/v1', apiKey: process.env.THINKWATCH_KEY })
const answer = await client.responses.create({ model: '${model}', input: 'Say hello' })
console.log(answer.output_text)`,
      },
    ],
  },
  {
    id: 'anthropic',
    name: 'Anthropic SDK',
    surface: 'messages',
    snippets: (gateway, model) => [
      {
        label: 'Python',
        code: `import os
from anthropic import Anthropic

client = Anthropic(base_url="${gateway}", api_key=os.environ["THINKWATCH_KEY"])
answer = client.messages.create(
    model="${model}",
    max_tokens=256,
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.content[0].text)`,
      },
      {
        label: 'TypeScript',
        code: `import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic({ baseURL: '${gateway}', apiKey: process.env.THINKWATCH_KEY })
const answer = await client.messages.create({
  model: '${model}',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Say hello' }],
})
console.log(answer.content)`,
      },
    ],
  },
  {
    id: 'claude-code',
    name: 'Claude Code',
    surface: 'messages',
    note: 'guide.claudeCode',
    snippets: (gateway, model) => [
      {
        label: 'Shell',
        code: `export ANTHROPIC_BASE_URL=${gateway}
export ANTHROPIC_AUTH_TOKEN=$THINKWATCH_KEY
export ANTHROPIC_MODEL=${model}
claude`,
      },
    ],
  },
  {
    id: 'codex',
    name: 'Codex',
    surface: 'responses',
    note: 'guide.codex',
    snippets: (gateway, model) => [
      {
        label: '~/.codex/config.toml',
        code: `model = "${model}"
model_provider = "thinkwatch"

[model_providers.thinkwatch]
name = "ThinkWatch"
base_url = "${gateway}/v1"
env_key = "THINKWATCH_KEY"
wire_api = "responses"`,
      },
    ],
  },
  {
    id: 'cursor',
    name: 'Cursor',
    surface: 'chat',
    note: 'guide.cursor',
    snippets: (gateway, model) => [
      { label: 'OpenAI API Key', code: placeholder },
      { label: 'Override OpenAI Base URL', code: `${gateway}/v1` },
      { label: 'Custom model', code: model },
    ],
  },
  {
    id: 'continue',
    name: 'Continue',
    surface: 'chat',
    note: 'guide.continue',
    snippets: (gateway, model) => [
      {
        label: '~/.continue/config.yaml',
        code: `name: ThinkWatch
version: 1.0.0
schema: v1
models:
  - name: ${model}
    provider: openai
    model: ${model}
    apiBase: ${gateway}/v1
    apiKey: \${{ secrets.THINKWATCH_KEY }}
    roles: [chat, edit, apply]`,
      },
      { label: '~/.continue/.env', code: `THINKWATCH_KEY=${placeholder}` },
    ],
  },
  {
    id: 'cline',
    name: 'Cline',
    surface: 'chat',
    note: 'guide.cline',
    snippets: (gateway, model) => [
      { label: 'Base URL', code: `${gateway}/v1` },
      { label: 'API Key', code: placeholder },
      { label: 'Model ID', code: model },
    ],
  },
  {
    id: 'curl',
    name: 'cURL',
    surface: 'chat',
    snippets: (gateway, model) => [{ label: 'Shell', code: curlFor(gateway, model) }],
  },
]
