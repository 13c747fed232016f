import type { Translate } from '@/i18n'
import type { ApiKey } from '@/lib/api/keys'
import type { Schemas } from '@/lib/api/client'
import { z } from '@/lib/zod'

export const surfaces = ['ai_gateway', 'mcp_gateway', 'console'] as const

export const keySchema = (t: Translate) =>
  z.object({
    name: z.string().trim().min(1, t('form.required')),
    surfaces: z.array(z.enum(surfaces)).min(1, t('keys.oneSurface')),
    models: z.string(),
    expires_in_days: z.string().regex(/^\d*$/, t('form.number')),
    cost_center: z.string(),
  })

export type KeyValues = z.infer<ReturnType<typeof keySchema>>

export const valuesOf = (key?: ApiKey): KeyValues => ({
  name: key?.name ?? '',
  surfaces: key?.surfaces ?? ['ai_gateway'],
  models: key?.allowed_models?.join(', ') ?? '',
  expires_in_days: key ? '' : '90',
  cost_center: key?.cost_center ?? '',
})

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

export function toRequest(values: KeyValues): Schemas['ApiKeyCreate'] {
  const models = words(values.models)
  return {
    name: values.name.trim(),
    surfaces: values.surfaces,
    ...(models.length > 0 ? { allowed_models: models } : {}),
    ...(values.expires_in_days ? { expires_in_days: Number(values.expires_in_days) } : {}),
    ...(values.cost_center.trim() ? { cost_center: values.cost_center.trim() } : {}),
  }
}

/** An emptied field of an existing key is cleared; an untouched expiry is kept. */
export function toUpdate(values: KeyValues): Schemas['ApiKeyUpdate'] {
  const models = words(values.models)
  return {
    name: values.name.trim(),
    surfaces: values.surfaces,
    allowed_models: models.length > 0 ? models : null,
    cost_center: values.cost_center.trim() || null,
    ...(values.expires_in_days ? { expires_in_days: Number(values.expires_in_days) } : {}),
  }
}

export type KeyState = 'active' | 'expiring' | 'expired' | 'revoked'
const soon = 7 * 86_400_000

export function stateOf(key: ApiKey, now = Date.now()): KeyState {
  if (key.status === 'revoked' || key.status === 'expired') return key.status
  if (key.expires_at && Date.parse(key.expires_at) <= now) return 'expired'
  if (key.expires_at && Date.parse(key.expires_at) - now < soon) return 'expiring'
  return 'active'
}
