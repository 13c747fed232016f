import type { Translate } from '@/i18n'
import type { Schemas } from '@/lib/api/client'
import type { ApiKey, KeyChange, Surface } from '@/lib/api/keys'
import { z } from '@/lib/zod'

export const surfaces = ['ai_gateway', 'mcp_gateway', 'console'] as const
export const cacheScopes = ['', 'key', 'user', 'team', 'global'] as const

export const isSurface = (text: string): text is Surface => surfaces.some((each) => each === text)

export const keySchema = (t: Translate) => {
  const whole = z.string().trim().regex(/^\d*$/, t('form.number'))
  return z.object({
    name: z.string().trim().min(1, t('form.required')),
    surfaces: z.array(z.enum(surfaces)).min(1, t('keys.oneSurface')),
    models: z.string(),
    tools: z.string(),
    addresses: z.string(),
    expires_in_days: whole,
    rotation_period_days: whole,
    inactivity_timeout_days: whole,
    grace_period_hours: whole,
    tags: z.string(),
    cost_center: z.string(),
    capture_disabled: z.boolean(),
    cache_scope: z.enum(cacheScopes),
    user_id: z.string(),
    team_id: z.string(),
  })
}

export type KeyValues = z.infer<ReturnType<typeof keySchema>>

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? '' : String(value)

export const valuesOf = (key?: ApiKey): KeyValues => ({
  name: key?.name ?? '',
  surfaces: key?.surfaces.filter(isSurface) ?? ['ai_gateway'],
  models: key?.allowed_models?.join(', ') ?? '',
  tools: key?.allowed_mcp_tools?.join(', ') ?? '',
  addresses: key?.ip_allowlist?.join(', ') ?? '',
  expires_in_days: '',
  rotation_period_days: number(key?.rotation_period_days),
  inactivity_timeout_days: number(key?.inactivity_timeout_days),
  grace_period_hours: number(key?.grace_period_hours),
  tags: key?.tags?.join(', ') ?? '',
  cost_center: key?.cost_center ?? '',
  capture_disabled: key?.capture_disabled ?? false,
  cache_scope: cacheScopes.find((each) => each === key?.cache_scope) ?? '',
  user_id: '',
  team_id: '',
})

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)
const labels = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
const listed = (text: string) => (words(text).length > 0 ? words(text) : null)
const counted = (text: string) => (text.trim() ? Number(text) : null)

/** What both ways of saving have in common; an emptied field is cleared. */
const common = (values: KeyValues) => ({
  name: values.name.trim(),
  surfaces: values.surfaces,
  allowed_models: listed(values.models),
  allowed_mcp_tools: listed(values.tools),
  ip_allowlist: words(values.addresses),
  rotation_period_days: counted(values.rotation_period_days),
  inactivity_timeout_days: counted(values.inactivity_timeout_days),
  grace_period_hours: counted(values.grace_period_hours),
  tags: labels(values.tags),
  cost_center: values.cost_center.trim() || null,
  capture_disabled: values.capture_disabled,
  cache_scope: values.cache_scope || null,
})

/** Empty: the site's default; 0: never. */
const expiry = (values: KeyValues) =>
  values.expires_in_days ? { expires_in_days: Number(values.expires_in_days) || null } : {}

export const toRequest = (values: KeyValues): Schemas['CreateKey'] => ({
  ...common(values),
  ...expiry(values),
  ...(values.user_id ? { user_id: values.user_id } : {}),
  ...(values.team_id ? { team_id: values.team_id } : {}),
})

/** An untouched expiry is kept. */
export const toUpdate = (values: KeyValues): KeyChange => ({ ...common(values), ...expiry(values) })

export const keyStates = [
  'active',
  'expiring',
  'rotation_due',
  'rotated',
  'expired',
  'disabled',
  'revoked',
] as const
export type KeyState = (typeof keyStates)[number]
const soon = 7 * 86_400_000

/** As the API says, told apart further: about to end, and living out its grace period after a rotation. */
export function stateOf(key: ApiKey, now = Date.now()): KeyState {
  if (key.status === 'revoked' || key.status === 'expired' || key.status === 'disabled') return key.status
  const left = key.expires_at ? Date.parse(key.expires_at) - now : Infinity
  if (left <= 0) return 'expired'
  if (key.replaced_by) return 'rotated'
  if (key.status === 'rotation_due') return 'rotation_due'
  return left < soon ? 'expiring' : 'active'
}

/** Nobody has to do anything about it any more. */
export const isOver = (key: ApiKey, now = Date.now()) => {
  const state = stateOf(key, now)
  return state === 'revoked' || key.ephemeral || (state === 'expired' && Boolean(key.replaced_by))
}
