import type { Translate } from '@/i18n'
import type { SsoConnection, SsoPreset } from '@/lib/api/sso'
import { z } from '@/lib/zod'
import type { SsoStep } from './search'

export const ssoSchema = (t: Translate) =>
  z.object({
    preset: z.string(),
    issuer: z.url(t('form.url')),
    allow_private_network: z.boolean(),
    console_url: z.url(t('form.url')),
    label: z.string().trim().min(1, t('form.required')).max(60),
    client_id: z.string().trim().min(1, t('form.required')),
    client_secret: z.string(),
    scopes: z.string().trim().min(1, t('form.required')),
    name_claim: z.string(),
    groups_claim: z.string(),
    email_domains: z.string(),
    create_users: z.boolean(),
    default_role: z.string(),
    mappings: z.array(
      z.object({
        group: z.string().trim().min(1, t('form.required')),
        role: z.string(),
        team_id: z.string(),
      }),
    ),
  })

export type SsoValues = z.infer<ReturnType<typeof ssoSchema>>

/** The fields of each step: a step is left when they hold. */
export const stepFields: Record<SsoStep, (keyof SsoValues)[]> = {
  provider: ['preset', 'issuer', 'allow_private_network'],
  client: ['console_url', 'label', 'client_id', 'client_secret', 'scopes'],
  people: ['name_claim', 'groups_claim', 'email_domains', 'create_users', 'default_role', 'mappings'],
}

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

export const valuesOf = (connection: SsoConnection | null, preset: SsoPreset, origin: string): SsoValues => ({
  preset: connection?.preset ?? preset.id,
  issuer: connection?.issuer ?? '',
  allow_private_network: connection?.allow_private_network ?? false,
  console_url: connection?.console_url ?? origin,
  label: connection?.label ?? preset.name,
  client_id: connection?.client_id ?? '',
  client_secret: '',
  scopes: (connection?.scopes ?? preset.scopes).join(' '),
  name_claim: connection?.name_claim ?? preset.name_claim,
  groups_claim: connection?.groups_claim ?? preset.groups_claim,
  email_domains: connection?.email_domains.join(' ') ?? '',
  create_users: connection?.create_users ?? true,
  default_role: connection ? (connection.default_role ?? '') : 'developer',
  mappings: (connection?.mappings ?? []).map((each) => ({
    group: each.group ?? '',
    role: each.role ?? '',
    team_id: each.team_id ?? '',
  })),
})

/** An empty secret stays what it is. */
export function toRequest(values: SsoValues) {
  const { client_secret, ...rest } = values
  return {
    ...rest,
    ...(client_secret ? { client_secret } : {}),
    scopes: words(values.scopes),
    email_domains: words(values.email_domains),
    default_role: values.default_role || null,
    mappings: values.mappings.map((each) => ({
      group: each.group,
      role: each.role || null,
      team_id: each.team_id || null,
    })),
  }
}
