import type { Translate } from '@/i18n'
import type { Schemas } from '@/lib/api/client'
import type { User } from '@/lib/api/people'
import { z } from '@/lib/zod'

export type UserState = 'active' | 'invited' | 'disabled' | 'deleted'

export function stateOf(user: User): UserState {
  if (user.status === 'deleted' || user.status === 'disabled') return user.status
  return user.invited ? 'invited' : 'active'
}

export const inviteSchema = (t: Translate, teamNeeded: boolean) =>
  z.object({
    email: z.email(t('form.email')),
    display_name: z.string().trim().min(1, t('form.required')).max(100),
    kind: z.enum(['person', 'service_account']),
    roles: z.array(z.string()),
    team_ids: z.array(z.string()).min(teamNeeded ? 1 : 0, t('users.oneTeam')),
  })

export type InviteValues = z.infer<ReturnType<typeof inviteSchema>>

/** A person is invited and chooses a password; a service account never has one. */
export const toRequest = (values: InviteValues): Partial<Schemas['CreateUser']> => ({
  email: values.email.trim(),
  display_name: values.display_name.trim(),
  kind: values.kind,
  roles: values.roles,
  ...(values.team_ids.length > 0 ? { team_ids: values.team_ids } : {}),
  ...(values.kind === 'person' ? { invite: true } : {}),
})
