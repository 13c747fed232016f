import type { MessageKey, Translate } from '@/i18n'
import type { Provider, ProviderType } from '@/lib/api/catalog'
import type { Schemas } from '@/lib/api/client'
import { z } from '@/lib/zod'

export interface ConfigField {
  name: string
  label: MessageKey
  secret?: boolean
  optional?: boolean
  choices?: { value: string; label: MessageKey }[]
  placeholder?: string
  /** Asked for only while this holds. */
  when?: (config: Record<string, string>) => boolean
}

export interface ProviderKind {
  type: ProviderType
  name: string
  baseUrl: string
  /** Fields of `config` that this type asks for; the secret ones are write-only. */
  config: ConfigField[]
  /** Flags whose answer only an administrator knows, and what the gateway assumes until told. */
  capabilities: { name: string; label: MessageKey; assumed: boolean }[]
}

const isStatic = (config: Record<string, string>) => config.credentials === 'static'

export const providerKinds: ProviderKind[] = [
  { type: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', config: [], capabilities: [] },
  {
    type: 'custom',
    name: 'OpenAI-compatible',
    baseUrl: '',
    config: [],
    capabilities: [
      { name: 'responses', label: 'providers.can.responses', assumed: false },
      { name: 'embeddings', label: 'providers.can.embeddings', assumed: true },
      { name: 'stream_usage', label: 'providers.can.stream_usage', assumed: true },
    ],
  },
  {
    type: 'anthropic',
    name: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    config: [],
    capabilities: [],
  },
  {
    type: 'google',
    name: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com',
    config: [],
    capabilities: [],
  },
  {
    type: 'azure_openai',
    name: 'Azure OpenAI',
    baseUrl: '',
    config: [
      {
        name: 'api',
        label: 'providers.config.api',
        choices: [
          { value: '', label: 'providers.config.api.deployments' },
          { value: 'v1', label: 'providers.config.api.v1' },
        ],
      },
      {
        name: 'api_version',
        label: 'providers.config.api_version',
        optional: true,
        placeholder: '2024-10-21',
      },
    ],
    capabilities: [],
  },
  {
    type: 'bedrock',
    name: 'Amazon Bedrock',
    baseUrl: '',
    config: [
      { name: 'region', label: 'providers.config.region', placeholder: 'eu-central-1' },
      {
        name: 'credentials',
        label: 'providers.config.credentials',
        choices: [
          { value: '', label: 'providers.config.credentials.api_key' },
          { value: 'static', label: 'providers.config.credentials.static' },
          { value: 'container', label: 'providers.config.credentials.container' },
          { value: 'instance', label: 'providers.config.credentials.instance' },
        ],
      },
      { name: 'access_key_id', label: 'providers.config.access_key_id', when: isStatic },
      {
        name: 'secret_access_key',
        label: 'providers.config.secret_access_key',
        secret: true,
        when: isStatic,
      },
      {
        name: 'session_token',
        label: 'providers.config.session_token',
        secret: true,
        optional: true,
        when: isStatic,
      },
      { name: 'endpoint', label: 'providers.config.endpoint', optional: true },
    ],
    capabilities: [],
  },
]

/** Roles and access keys take the place of an API key. */
export const usesApiKey = (type: ProviderType, config: Record<string, string>) =>
  type !== 'bedrock' || !config.credentials

/** AWS's own address of a region. */
export const bedrockUrl = (region: string) => `https://bedrock-runtime.${region}.amazonaws.com`
export const isBedrockUrl = (url: string) =>
  url === '' || /^https:\/\/bedrock-runtime\.[a-z0-9-]*\.amazonaws\.com$/.test(url)

export const kindOf = (type: string) => providerKinds.find((kind) => kind.type === type) ?? providerKinds[1]!

export const providerSchema = (t: Translate) =>
  z.object({
    provider_type: z.enum(['openai', 'custom', 'anthropic', 'google', 'azure_openai', 'bedrock']),
    display_name: z.string().trim().min(1, t('form.required')),
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, t('form.slug')),
    base_url: z.url({ protocol: /^https?$/, error: t('form.url') }),
    kept_keys: z.array(z.string()),
    api_keys: z.array(z.object({ value: z.string() })),
    capabilities: z.array(z.string()),
    timeout_secs: z.string().regex(/^\d*$/, t('form.number')),
    allow_private_network: z.boolean(),
    enabled: z.boolean(),
    config: z.record(z.string(), z.string()),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
  })

export type ProviderValues = z.infer<ReturnType<typeof providerSchema>>

export function valuesOf(provider?: Provider): ProviderValues {
  const config = Object.entries(provider?.config ?? {}).map(([key, value]) => [key, String(value)])
  const values = Object.fromEntries(config) as Record<string, string>
  if (values.access_key_id && !values.credentials) values.credentials = 'static'
  if (values.api === 'deployments') values.api = ''
  const keys = provider?.api_keys?.map((key) => key.hint) ?? (provider?.api_key ? [provider.api_key] : [])
  return {
    provider_type: provider?.provider_type ?? 'openai',
    display_name: provider?.display_name ?? '',
    name: provider?.name ?? '',
    base_url: provider?.base_url ?? kindOf('openai').baseUrl,
    kept_keys: keys,
    api_keys: [{ value: '' }],
    timeout_secs: provider?.timeout_secs ? String(provider.timeout_secs) : '',
    allow_private_network: provider?.allow_private_network ?? false,
    enabled: provider?.enabled ?? true,
    capabilities: provider?.capabilities ?? [],
    config: values,
    headers: Object.entries(provider?.headers ?? {}).map(([name, value]) => ({ name, value })),
  }
}

/** A field that is emptied, or not asked for any more, is cleared; a masked one goes back as it came and stays. */
function configOf(values: ProviderValues, existing?: Provider): Record<string, string | null> {
  const asked = kindOf(values.provider_type)
    .config.filter((field) => !field.when || field.when(values.config))
    .map(({ name }) => [name, values.config[name]?.trim() ?? ''] as const)
    .filter(([, value]) => value !== '')
  return Object.fromEntries([
    ...Object.keys(existing?.config ?? {}).map((name) => [name, null] as const),
    ...asked,
  ])
}

/** Nothing when the keys are as they were; else the kept ones, masked, and the new ones behind them. */
function keysOf(values: ProviderValues, existing?: Provider): { api_keys?: string[] } {
  const added = usesApiKey(values.provider_type, values.config)
    ? values.api_keys.map((key) => key.value.trim()).filter(Boolean)
    : []
  const before = existing ? valuesOf(existing).kept_keys.length : 0
  return added.length === 0 && values.kept_keys.length === before
    ? {}
    : { api_keys: [...values.kept_keys, ...added] }
}

/**
 * Absent means keep. Headers and configuration merge by name; a value that comes back masked stays what it is, and a header taken out
 * is sent as null.
 */
export function toRequest(values: ProviderValues, existing?: Provider): Schemas['ProviderCreate'] {
  const config = configOf(values, existing)
  const kept = values.headers.filter((header) => header.name.trim() && header.value)
  const headers: Record<string, string | null> = Object.fromEntries([
    ...Object.keys(existing?.headers ?? {}).map((name) => [name, null] as const),
    ...kept.map((header) => [header.name.trim().toLowerCase(), header.value] as const),
  ])
  return {
    name: values.name,
    display_name: values.display_name.trim(),
    provider_type: values.provider_type,
    base_url: values.base_url.trim(),
    enabled: values.enabled,
    allow_private_network: values.allow_private_network,
    ...(values.timeout_secs
      ? { timeout_secs: Number(values.timeout_secs) }
      : existing
        ? { timeout_secs: null }
        : {}),
    ...keysOf(values, existing),
    ...(kindOf(values.provider_type).capabilities.length > 0 ? { capabilities: values.capabilities } : {}),
    ...(Object.keys(config).length > 0 ? { config } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  }
}

/** The same, to be tried without being stored. */
export function toTest(values: ProviderValues, existing?: Provider): Schemas['ProviderTest'] {
  const request = toRequest(values, existing)
  return {
    ...(existing ? { provider_id: existing.id } : { provider_type: request.provider_type }),
    base_url: request.base_url,
    allow_private_network: request.allow_private_network,
    ...(request.api_keys ? { api_keys: request.api_keys } : {}),
    ...(request.headers ? { headers: request.headers } : {}),
    ...(request.config ? { config: request.config } : {}),
  }
}

export const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
