import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { Avatar } from '@/components/avatar'
import { UserLimits } from '@/components/limits/user-limits'
import { Page, Panel } from '@/components/page'
import { Badge } from '@/components/ui/badge'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { meQuery } from '@/lib/api/session'
import { MySessions } from './my-sessions'
import { PasswordForm } from './password-form'
import { Preferences } from './preferences'
import { TwoFactor } from './two-factor'

/** One's own account: what signs one in, where one is signed in, how the console looks. */
export function ProfilePage() {
  const { t } = useI18n()
  const access = useAccess()
  const { me } = access
  const client = useQueryClient()
  const router = useRouter()
  if (!me) return null
  const onChanged = async () => {
    await client.invalidateQueries({ queryKey: meQuery.queryKey })
    await router.invalidate()
  }
  const first = me.must_change_password
    ? t('profile.mustChange')
    : me.must_enroll_totp
      ? t('profile.mustEnroll')
      : undefined
  return (
    <Page title={t('nav.profile')} description={t('profile.lead')}>
      <div className="grid max-w-5xl gap-4 lg:grid-cols-2">
        {first && (
          <p
            role="alert"
            className="flex items-start gap-2 rounded-lg bg-warn-soft px-4 py-3 text-sm text-warn lg:col-span-2"
          >
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            {first}
          </p>
        )}
        <section className="panel flex flex-wrap items-center gap-4 p-4 lg:col-span-2" aria-label={me.email}>
          <Avatar name={me.display_name || me.email} className="size-12 text-base" />
          <div className="min-w-0 flex-1 basis-48">
            <p className="truncate text-base font-semibold">{me.display_name}</p>
            <p className="truncate text-sm text-ink-2">{me.email}</p>
          </div>
          <dl className="flex flex-wrap gap-x-8 gap-y-2">
            <Names label={t('nav.roles')} names={me.roles} />
            <Names label={t('nav.teams')} names={me.teams.map((team) => team.name)} />
          </dl>
        </section>
        <Panel title={t('profile.password')}>
          <PasswordForm onChanged={onChanged} />
        </Panel>
        <div className="grid content-start gap-4">
          <Panel title={t('profile.twoFactor')}>
            <TwoFactor enabled={me.totp_enabled} onChanged={onChanged} />
          </Panel>
          <Panel title={t('preferences.title')}>
            <Preferences />
          </Panel>
        </div>
        {(access.may('limits:read_own') || access.may('limits:read')) && (
          <Panel title={t('limits.own')} className="lg:col-span-2">
            <p className="mb-3 text-sm text-ink-2">{t('limits.ownHint')}</p>
            <UserLimits userId={me.id} />
          </Panel>
        )}
        <Panel title={t('profile.sessions')} className="lg:col-span-2">
          <MySessions />
        </Panel>
      </div>
    </Page>
  )
}

function Names({ label, names }: { label: string; names: string[] }) {
  const { t } = useI18n()
  return (
    <div>
      <dt className="text-xs text-ink-3">{label}</dt>
      <dd className="mt-0.5 flex flex-wrap gap-1">
        {names.length === 0 && <span className="text-sm text-ink-3">{t('common.none')}</span>}
        {names.map((name) => (
          <Badge key={name}>{name}</Badge>
        ))}
      </dd>
    </div>
  )
}
