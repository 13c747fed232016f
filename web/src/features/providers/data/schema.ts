import type { Translate } from '@/i18n'
import type { Provider, ProviderType } from '@/lib/api/catalog'
import type { Schemas } from '@/lib/api/client'
import { z } from '@/lib/zod'

export interface ProviderKind {
  type: ProviderType
  name: string
  baseUrl: string
  /** Fields of `config` that this type asks for; the secret ones are write-only. */
  config: { name: string; label: string; secret?: boolean; required?: boolean }[]
  usesApiKey: boolean
}

export const providerKinds: ProviderKind[] = [
  { type: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', config: [], usesApiKey: true },
  { type: 'custom', name: 'OpenAI-compatible', baseUrl: '', config: [], usesApiKey: true },
  {
    type: 'anthropic',
    name: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    config: [],
    usesApiKey: true,
  },
  {
    type: 'google',
    name: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com',
    config: [],
    usesApiKey: true,
  },
  {
    type: 'azure_openai',
    name: 'Azure OpenAI',
    baseUrl: '',
    config: [{ name: 'api_version', label: 'api_version' }],
    usesApiKey: true,
  },
  {
    type: 'bedrock',
    name: 'Amazon Bedrock',
    baseUrl: '',
    config: [
      { name: 'region', label: 'region', required: true },
      { name: 'access_key_id', label: 'access_key_id' },
      { name: 'secret_access_key', label: 'secret_access_key', secret: true },
      { name: 'session_token', label: 'session_token', secret: true },
    ],
    usesApiKey: false,
  },
]

export const kindOf = (type: string) => providerKinds.find((kind) => kind.type === type) ?? providerKinds[1]!

export const providerSchema = (t: Translate) =>
  z.object({
    provider_type: z.enum(['openai', 'custom', 'anthropic', 'google', 'azure_openai', 'bedrock']),
    display_name: z.string().trim().min(1, t('form.required')),
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, t('form.slug')),
    base_url: z.url({ protocol: /^https?$/, error: t('form.url') }),
    api_key: z.string(),
    timeout_secs: z.string().regex(/^\d*$/, t('form.number')),
    allow_private_network: z.boolean(),
    enabled: z.boolean(),
    config: z.record(z.string(), z.string()),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
  })

export type ProviderValues = z.infer<ReturnType<typeof providerSchema>>

export function valuesOf(provider?: Provider): ProviderValues {
  const config = Object.entries(provider?.config ?? {}).filter(([, value]) => typeof value === 'string')
  return {
    provider_type: provider?.provider_type ?? 'openai',
    display_name: provider?.display_name ?? '',
    name: provider?.name ?? '',
    base_url: provider?.base_url ?? kindOf('openai').baseUrl,
    api_key: '',
    timeout_secs: provider?.timeout_secs ? String(provider.timeout_secs) : '',
    allow_private_network: provider?.allow_private_network ?? false,
    enabled: provider?.enabled ?? true,
    config: Object.fromEntries(config.map(([key, value]) => [key, String(value)])),
    headers: Object.entries(provider?.headers ?? {}).map(([name, value]) => ({ name, value })),
  }
}

/**
 * Absent means keep: an empty key or configuration field is not sent. Headers and configuration merge by name;
 * a value that comes back masked stays what it is, and a header taken out is sent as null.
 */
export function toRequest(values: ProviderValues, existing?: Provider): Schemas['ProviderCreate'] {
  const config = kindOf(values.provider_type)
    .config.map(({ name }) => [name, values.config[name]?.trim() ?? ''] as const)
    .filter(([, value]) => value !== '')
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
    ...(values.api_key ? { api_key: values.api_key } : {}),
    ...(config.length > 0 ? { config: Object.fromEntries(config) } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  }
}

export const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
